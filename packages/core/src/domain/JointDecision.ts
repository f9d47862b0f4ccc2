import type { either as E } from 'fp-ts'
import type { CommandOfAggregate, ErrorOf, EventOfAggregate, StateOf } from './AnyAggregate.ts'
import type { AnyJointDecision, JointAggregates } from './AnyJointDecision.ts'
import type { Boundary } from './Boundary.ts'
import type { Command } from './Command.ts'
import type { CommandCodec } from './CommandCodec.ts'
import type { Decider } from './Decider.ts'
import type { Event } from './Event.ts'
import { jointDecider } from './internal/jointDecider.ts'

/**
 * The states of the aggregates of a joint decision.
 *
 * @category type level
 * @since 0.1.0
 */
export type JointStates<As extends JointAggregates> = { readonly [K in keyof As]: StateOf<As[K]> }

/**
 * The events of a joint decision, by the names of its aggregates. An aggregate that is absent gets no events: it is
 * only checked.
 *
 * @category type level
 * @since 0.1.0
 */
export type JointEvents<As extends JointAggregates> = {
  readonly [K in keyof As]?: ReadonlyArray<EventOfAggregate<As[K]>> | undefined
}

/**
 * A decision over several aggregates. `ids` are the ids of the aggregates that a command addresses, and `decide`
 * decides on their states, which were all those of one moment. The events of each go to its stream, and all are stored
 * in one append: if any of these streams has changed meanwhile, also one that gets no events, nothing is stored and the
 * command is decided again.
 *
 * The streams of a command must be different ones. A command whose ids name one stream twice is `InvalidInput`.
 *
 * @category model
 * @since 0.1.0
 */
export interface JointDecision<C extends Command, As extends JointAggregates, Err> {
  readonly aggregates: As
  readonly commands: ReadonlyArray<C['type']>
  readonly commandCodec?: CommandCodec<C> | undefined
  readonly ids: (command: C) => { readonly [K in keyof As]: string }
  readonly decide: (command: C, states: JointStates<As>) => E.Either<Err, JointEvents<As>>
}

/**
 * The commands of a joint decision or of a boundary, or of a union of them.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandOfDecision<D> =
  D extends JointDecision<infer C extends Command, infer _As extends JointAggregates, infer _Err>
    ? C
    : D extends Boundary<infer C extends Command, infer _Ev extends Event, infer _S, infer _Err>
      ? C
      : never

/**
 * The events of a joint decision or of a boundary, or of a union of them.
 *
 * @category type level
 * @since 0.1.0
 */
export type EventOfDecision<D> = D extends { readonly aggregates: infer As extends JointAggregates }
  ? EventOfAggregate<As[keyof As]>
  : D extends Boundary<infer _C extends Command, infer Ev extends Event, infer _S, infer _Err>
    ? Ev
    : never

/**
 * The domain errors of a joint decision or of a boundary, or of a union of them.
 *
 * @category type level
 * @since 0.1.0
 */
export type ErrorOfDecision<D> =
  D extends JointDecision<infer _C extends Command, infer _As extends JointAggregates, infer Err>
    ? Err
    : D extends Boundary<infer _C extends Command, infer _Ev extends Event, infer _S, infer Err>
      ? Err
      : never

/** No constraint when the list names every command type; as in {@link Aggregate.make}. */
type Exhaustive<Type extends string, List extends ReadonlyArray<Type>> = [Exclude<Type, List[number]>] extends [never]
  ? unknown
  : { readonly missing: Exclude<Type, List[number]> }

/**
 * Makes a joint decision. `commands` is the codec of its commands, from which `ids` and `decide` infer their types, or
 * a list that names every command type.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { Aggregate, CommandCodec, EventCodec, type EventOf, JointDecision, type JointEvents } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const GuestEvent = EventCodec.make({ RoomTaken: t.strict({ room: t.string }) })
 * const RoomEvent = EventCodec.make({ Taken: t.strict({ by: t.string }) })
 *
 * const guest = Aggregate.make({
 *   category: 'guest',
 *   commands: CommandCodec.make({ Greet: t.strict({ guest: t.string }) }),
 *   id: ({ data }) => data.guest,
 *   events: GuestEvent,
 *   decider: {
 *     initialState: 0,
 *     evolve: (rooms: number) => rooms + 1,
 *     decide: (): E.Either<never, ReadonlyArray<EventOf<typeof GuestEvent>>> => E.right([]),
 *   },
 * })
 * const room = Aggregate.make({
 *   category: 'room',
 *   commands: CommandCodec.make({ Clean: t.strict({ room: t.string }) }),
 *   id: ({ data }) => data.room,
 *   events: RoomEvent,
 *   decider: {
 *     initialState: false,
 *     evolve: () => true,
 *     decide: (): E.Either<never, ReadonlyArray<EventOf<typeof RoomEvent>>> => E.right([]),
 *   },
 * })
 *
 * const aggregates = { guest, room }
 * export const takeRoom = JointDecision.make({
 *   aggregates,
 *   commands: CommandCodec.make({ TakeRoom: t.strict({ guest: t.string, room: t.string }) }),
 *   ids: ({ data }) => data,
 *   decide: ({ data }, { guest, room }): E.Either<'taken' | 'too many', JointEvents<typeof aggregates>> => {
 *     if (room) return E.left('taken')
 *     if (guest >= 3) return E.left('too many')
 *     return E.right({
 *       guest: [{ type: 'RoomTaken', data: { room: data.room } }],
 *       room: [{ type: 'Taken', data: { by: data.guest } }],
 *     })
 *   },
 * })
 * ```
 */
const make = <
  C extends Command,
  const As extends JointAggregates,
  Err,
  const Commands extends ReadonlyArray<C['type']>,
>(
  decision: Omit<JointDecision<C, As, Err>, 'commands' | 'commandCodec'> & {
    readonly commands: CommandCodec<C> | (Commands & Exhaustive<C['type'], Commands>)
  },
): JointDecision<C, As, Err> => {
  // A JavaScript caller may pass nothing: the dispatcher says so.
  const { commands } = Object(decision) as typeof decision
  const made =
    typeof commands === 'object' && commands !== null && 'types' in commands
      ? { ...decision, commands: commands.types, commandCodec: commands }
      : decision
  // `commands` is a list now, of the types of `C`.
  return made as JointDecision<C, As, Err>
}

/**
 * An event of one of the aggregates of a joint decision: the name of the aggregate, its id, and the event.
 *
 * @category type level
 * @since 0.1.0
 */
export type JointEvent<As extends JointAggregates> = {
  readonly [K in keyof As]: {
    readonly aggregate: K
    readonly id: string
    readonly event: EventOfAggregate<As[K]>
  }
}[keyof As]

/**
 * The states of all aggregates of a joint decision that have had an event, by their names and ids.
 *
 * @category type level
 * @since 0.1.0
 */
export type JointFamilies<As extends JointAggregates> = {
  readonly [K in keyof As]: ReadonlyMap<string, StateOf<As[K]>>
}

/**
 * A joint decision as a decider over all its aggregates, of any id. It takes the commands of the decision, and those of
 * each aggregate. This is what a dispatcher does, as one fold: histories of it are those that a log can have. A command
 * that names one stream twice, which a dispatcher rejects, has no events.
 *
 * @category combinators
 * @since 0.1.0
 */
const decider = <C extends Command, const As extends JointAggregates, Err>(
  decision: JointDecision<C, As, Err>,
): Decider<C | CommandOfAggregate<As[keyof As]>, JointEvent<As>, JointFamilies<As>, Err | ErrorOf<As[keyof As]>> =>
  // Each command, event and state belongs to the aggregate under whose name, or for whose type, it is kept.
  jointDecider(decision as unknown as AnyJointDecision) as unknown as Decider<
    C | CommandOfAggregate<As[keyof As]>,
    JointEvent<As>,
    JointFamilies<As>,
    Err | ErrorOf<As[keyof As]>
  >

/**
 * Functions on {@link JointDecision}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const JointDecision = { make, decider } as const
