import type { HandlerStore, Json } from '@foldlog/core'
import type { GenerationRole, HandlerGeneration, HandlerIdentity, HandlerStatus, StopStatus } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'

type StopRow = readonly [partition: number, data: Json, requestedAction: string | null]

/** A row of foldlog.handler_status; see there. */
type StatusRow = readonly [
  name: string,
  generation: number,
  role: GenerationRole,
  partitions: ReadonlyArray<
    readonly [
      partition: number,
      position: number,
      epoch: number,
      holder: string | null,
      until: number | null,
      since: number | null,
      revision: number,
    ]
  >,
  members: ReadonlyArray<readonly [member: string, until: number, report: Json]>,
  parked: number,
  timers: number,
  commands: number,
  stops: ReadonlyArray<StopRow>,
]

/** A row of foldlog.handler_generations; see there. */
type GenerationRow = readonly [
  name: string,
  generation: number,
  role: GenerationRole,
  partitions: number,
  position: number,
  stops: ReadonlyArray<StopRow>,
  checkpointResets: number,
  identity: HandlerIdentity | null,
]

const dateOf = (milliseconds: number | null): Date | null => (milliseconds === null ? null : new Date(milliseconds))

const decodeStop = ([partition, data, requestedAction]: StopRow): StopStatus => ({ partition, data, requestedAction })

const decodeStatus = (row: StatusRow): HandlerStatus => {
  const [name, generation, role, partitions, members, parked, timers, commands, stops] = row
  return {
    name,
    generation,
    serves: role === 'serving',
    role,
    partitions: partitions.map(([partition, position, epoch, holder, until, since, revision]) => ({
      partition,
      position,
      epoch,
      revision,
      holder,
      until: dateOf(until),
      waitingSince: dateOf(since),
    })),
    members: members.map(([member, until, report]) => ({ member, until: new Date(until), report })),
    parked,
    timers,
    commands,
    stops: stops.map(decodeStop),
  }
}

const decodeGeneration = (row: GenerationRow): HandlerGeneration => {
  const [name, generation, role, partitions, position, stops, checkpointResets, identity] = row
  return {
    name,
    generation,
    serves: role === 'serving',
    role,
    partitions,
    position,
    stops: stops.map(decodeStop),
    checkpointResets,
    identity,
  }
}

/** The statuses of handlers and of their generations. */
export const statusesOn = (
  { query }: RetryingClient,
  statements: HandlerStatements,
): Pick<HandlerStore, 'generations' | 'handlerStatuses'> => ({
  generations: async () => {
    const result = await query(statements.generations, [])
    if (E.isLeft(result)) return result
    // Written by foldlog.handler_generations.
    return E.right((JSON.parse(result.right.rows[0] ?? '[]') as ReadonlyArray<GenerationRow>).map(decodeGeneration))
  },

  handlerStatuses: async () => {
    const result = await query(statements.status, [])
    if (E.isLeft(result)) return result
    // Written by foldlog.handler_status.
    return E.right((JSON.parse(result.right.rows[0] ?? '[]') as ReadonlyArray<StatusRow>).map(decodeStatus))
  },
})
