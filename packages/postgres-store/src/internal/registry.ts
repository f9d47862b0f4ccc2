import {
  type GenerationRole,
  type HandlerGeneration,
  HandlerInput,
  type HandlerRef,
  type HandlerStatus,
  type HandlerStore,
  type HistoryId,
  type InvalidInput,
  type Json,
  type Promotion,
  type RegisteredHandler,
  refuse,
  type StopStatus,
  type TakeoverBlock,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerStatements } from './handlerStatements.ts'
import type { Requests } from './Requests.ts'

/** Written by foldlog.registered_text. */
type Registered =
  | readonly [partitions: number, serving: number, start: number, role: GenerationRole, block: TakeoverBlock | null]
  | null

type StopRow = readonly [partition: number, data: Json, wish: string | null]

/** What foldlog.handler_status writes; see there. */
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

/** What foldlog.handler_generations writes; see there. */
type GenerationRow = readonly [
  name: string,
  generation: number,
  role: GenerationRole,
  partitions: number,
  position: number,
  stops: ReadonlyArray<StopRow>,
  setBacks: number,
]

const dateOf = (milliseconds: number | null): Date | null => (milliseconds === null ? null : new Date(milliseconds))

const stopOf = ([partition, data, wish]: StopRow): StopStatus => ({ partition, data, wish })

const statusOf = (row: StatusRow): HandlerStatus => {
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
    stops: stops.map(stopOf),
  }
}

const generationOf = (row: GenerationRow): HandlerGeneration => {
  const [name, generation, role, partitions, position, stops, setBacks] = row
  return {
    name,
    generation,
    serves: role === 'serving',
    role,
    partitions,
    position,
    stops: stops.map(stopOf),
    setBacks,
  }
}

const registered = ({ name, generation }: HandlerRef, row: string | undefined): E.Either<InvalidInput, Promotion> => {
  // Written by our own functions.
  const found = JSON.parse(row ?? 'null') as Registered
  if (found === null) return unknown({ name, generation })
  const [partitions, serving, start, role, blockedBy] = found
  return E.right({ name, generation, partitions, start, serving, role, blockedBy })
}

const withoutBlock = ({ blockedBy: _, ...handler }: Promotion): RegisteredHandler => handler

const unknown = ({ name, generation }: HandlerRef) =>
  refuse('handler', `there is no generation ${generation} of ${JSON.stringify(name)}`)

/** Documents of retired generations that one statement removes: few enough to be done in time on any server. */
const removedAtOnce = 10_000

/** Which handlers there are, and how they fare. Each statement may be sent again after a lost connection: the second time it changes nothing. */
export const registryOn = (
  { send }: Requests,
  statements: HandlerStatements,
): Pick<
  HandlerStore,
  'register' | 'promote' | 'rollBack' | 'retire' | 'setBack' | 'checkpoints' | 'generations' | 'handlers'
> => ({
  register: (handler) => async () => {
    const checked = HandlerInput.registration(handler)
    if (E.isLeft(checked)) return checked
    const { name, generation, partitions, start } = handler
    const answer = await send(statements.register, [name, `${generation}`, `${partitions}`, `${start}`])
    return E.isLeft(answer) ? answer : E.map(withoutBlock)(registered(handler, answer.right.rows[0]))
  },

  promote: (ref) => async () => {
    const checked = HandlerInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.promote, [ref.name, `${ref.generation}`])
    if (E.isLeft(answer)) return answer
    if (answer.right.rows[0] === 'false')
      return refuse('handler', 'is an inline projection: a generation serves when it is opened')
    return registered(ref, answer.right.rows[0])
  },

  rollBack: (ref) => async () => {
    const checked = HandlerInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.rollBack, [ref.name, `${ref.generation}`])
    if (E.isLeft(answer)) return answer
    if (answer.right.rows[0] === 'false')
      return refuse('handler', `generation ${ref.generation} is not the one that served before the serving one`)
    if (answer.right.rows[0] === '"spoiled"')
      return refuse(
        'handler',
        `the documents of generation ${ref.generation} were made from lost events: rebuild the handler`,
      )
    return E.map(withoutBlock)(registered(ref, answer.right.rows[0]))
  },

  retire: (ref) => async () => {
    const checked = HandlerInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.retire, [ref.name, `${ref.generation}`])
    if (E.isLeft(answer)) return answer
    if (answer.right.rows[0] === 'false') return refuse('handler', 'the generation that serves cannot be retired')
    for (;;) {
      const removed = await send(statements.removeRetired, [`${removedAtOnce}`])
      if (E.isLeft(removed)) return removed
      if (removed.right.rows[0] === 'true') return E.right(undefined)
    }
  },

  setBack: (asked) => async () => {
    const checked = HandlerInput.setBack(asked)
    if (E.isLeft(checked)) return checked
    const { name, position } = asked
    const partitions = asked.partitions.map(({ generation, partition, epoch, revision }) => [
      generation,
      partition,
      epoch,
      revision,
    ])
    const answer = await send(statements.setBack, [name, `${position}`, JSON.stringify(partitions)])
    if (E.isLeft(answer)) return answer
    // Written by foldlog.set_back_handler.
    const furthest = JSON.parse(answer.right.rows[0] ?? 'null') as number | false | null
    if (furthest === null) return refuse('handler', `there is no handler ${JSON.stringify(name)}`)
    return E.right(furthest === false ? 'changed' : furthest)
  },

  checkpoints: (names) => async () => {
    const checked = HandlerInput.names(names)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.checkpoints, [JSON.stringify(names)])
    if (E.isLeft(answer)) return answer
    // Written by foldlog.handler_checkpoints.
    const [history, positions] = JSON.parse(answer.right.rows[0] ?? '') as readonly [
      HistoryId,
      ReadonlyArray<readonly [name: string, position: number]>,
    ]
    return E.right({ history, positions: Object.fromEntries(positions) })
  },

  generations: async () => {
    const answer = await send(statements.generations, [])
    if (E.isLeft(answer)) return answer
    // Written by foldlog.handler_generations.
    return E.right((JSON.parse(answer.right.rows[0] ?? '[]') as ReadonlyArray<GenerationRow>).map(generationOf))
  },

  handlers: async () => {
    const answer = await send(statements.status, [])
    if (E.isLeft(answer)) return answer
    // Written by foldlog.handler_status.
    return E.right((JSON.parse(answer.right.rows[0] ?? '[]') as ReadonlyArray<StatusRow>).map(statusOf))
  },
})
