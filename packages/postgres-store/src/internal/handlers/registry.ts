import type { HandlerStore, HistoryId, InvalidInput, Json } from '@foldlog/core'
import {
  type GenerationRole,
  type HandlerGeneration,
  type HandlerRef,
  type HandlerStatus,
  HandlerStoreInput,
  type Promotion,
  type RegisteredHandler,
  rejectInput,
  type StopStatus,
  type TakeoverBlock,
} from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'

/** Written by foldlog.generation_json. */
type RegisteredRow =
  | readonly [partitions: number, serving: number, start: number, role: GenerationRole, block: TakeoverBlock | null]
  | null

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
  const [name, generation, role, partitions, position, stops, checkpointResets] = row
  return {
    name,
    generation,
    serves: role === 'serving',
    role,
    partitions,
    position,
    stops: stops.map(decodeStop),
    checkpointResets,
  }
}

const decodeRegistered = (
  { name, generation }: HandlerRef,
  row: string | undefined,
): E.Either<InvalidInput, Promotion> => {
  // Written by this package's own functions.
  const found = JSON.parse(row ?? 'null') as RegisteredRow
  if (found === null) return unknownGeneration({ name, generation })
  const [partitions, serving, start, role, blockedBy] = found
  return E.right({ name, generation, partitions, start, serving, role, blockedBy })
}

const withoutBlock = ({ blockedBy: _, ...handler }: Promotion): RegisteredHandler => handler

const unknownGeneration = ({ name, generation }: HandlerRef) =>
  rejectInput('handler', `there is no generation ${generation} of ${JSON.stringify(name)}`)

/**
 * Maximum number of documents of retired generations that one statement deletes: few enough to be in time on any
 * server.
 */
const removalBatch = 10_000

/**
 * The registry of handlers and their statuses. Each statement may be sent again after a lost connection: the second
 * time changes nothing.
 */
export const registryOn = (
  { query }: RetryingClient,
  statements: HandlerStatements,
): Pick<
  HandlerStore,
  | 'register'
  | 'promote'
  | 'rollBack'
  | 'retire'
  | 'resetCheckpoints'
  | 'checkpoints'
  | 'generations'
  | 'handlerStatuses'
> => ({
  register: (handler) => async () => {
    const checked = HandlerStoreInput.registration(handler)
    if (E.isLeft(checked)) return checked
    const { name, generation, partitions, start } = handler
    const result = await query(statements.register, [name, `${generation}`, `${partitions}`, `${start}`])
    return E.isLeft(result) ? result : E.map(withoutBlock)(decodeRegistered(handler, result.right.rows[0]))
  },

  promote: (ref) => async () => {
    const checked = HandlerStoreInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.promote, [ref.name, `${ref.generation}`])
    if (E.isLeft(result)) return result
    if (result.right.rows[0] === 'false')
      return rejectInput('handler', 'is an inline projection: its generation serves once it is opened')
    return decodeRegistered(ref, result.right.rows[0])
  },

  rollBack: (ref) => async () => {
    const checked = HandlerStoreInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.rollBack, [ref.name, `${ref.generation}`])
    if (E.isLeft(result)) return result
    if (result.right.rows[0] === 'false')
      return rejectInput('handler', `generation ${ref.generation} is not the previous generation`)
    if (result.right.rows[0] === '"spoiled"')
      return rejectInput(
        'handler',
        `the documents of generation ${ref.generation} were made from lost events: rebuild the handler`,
      )
    return E.map(withoutBlock)(decodeRegistered(ref, result.right.rows[0]))
  },

  retire: (ref) => async () => {
    const checked = HandlerStoreInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.retire, [ref.name, `${ref.generation}`])
    if (E.isLeft(result)) return result
    if (result.right.rows[0] === 'false') return rejectInput('handler', 'the serving generation cannot be retired')
    for (;;) {
      const removed = await query(statements.purgeRetiredDocuments, [`${removalBatch}`])
      if (E.isLeft(removed)) return removed
      if (removed.right.rows[0] === 'true') return E.right(undefined)
    }
  },

  resetCheckpoints: (reset) => async () => {
    const checked = HandlerStoreInput.resetCheckpoints(reset)
    if (E.isLeft(checked)) return checked
    const { name, position } = reset
    const partitions = reset.partitions.map(({ generation, partition, epoch, revision }) => [
      generation,
      partition,
      epoch,
      revision,
    ])
    const result = await query(statements.resetCheckpoints, [name, `${position}`, JSON.stringify(partitions)])
    if (E.isLeft(result)) return result
    // Written by foldlog.reset_checkpoints.
    const furthest = JSON.parse(result.right.rows[0] ?? 'null') as number | false | null
    if (furthest === null) return rejectInput('handler', `there is no handler ${JSON.stringify(name)}`)
    return E.right(furthest === false ? 'changed' : furthest)
  },

  checkpoints: (names) => async () => {
    const checked = HandlerStoreInput.names(names)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.checkpoints, [JSON.stringify(names)])
    if (E.isLeft(result)) return result
    // Written by foldlog.handler_checkpoints.
    const [history, positions] = JSON.parse(result.right.rows[0] ?? '') as readonly [
      HistoryId,
      ReadonlyArray<readonly [name: string, position: number]>,
    ]
    return E.right({ history, positions: Object.fromEntries(positions) })
  },

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
