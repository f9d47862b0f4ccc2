import type { Command, Event, Recorded } from '@foldlog/core'
import type * as t from 'io-ts'
import type { HandlerOptions } from './EventHandler.ts'
import type { AnySource, RecordedFrom } from './Source.ts'

/**
 * A timer of the process that is due. `dueAt` is when it was to fire.
 *
 * @category model
 * @since 0.1.0
 */
export interface TimerFired {
  readonly _tag: 'TimerFired'
  readonly timer: string
  readonly dueAt: Date
}

/**
 * A command of the process that was refused. `error` is what its JSON form kept of the error.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandRejected<C extends Command> {
  readonly _tag: 'CommandRejected'
  readonly command: C
  readonly error: unknown
}

/**
 * What a process reacts to: an event, a timer, or the refusal of a command it has sent.
 *
 * @category model
 * @since 0.1.0
 */
export type ProcessInput<Ev extends Event, C extends Command> =
  | { readonly _tag: 'EventHappened'; readonly event: Recorded<Ev> }
  | TimerFired
  | CommandRejected<C>

/**
 * What a process wants: to send a command; to be woken by a timer, which replaces an earlier one of the same name; to cancel one; or to be forgotten, with
 * its state and its timers, because it has ended.
 *
 * @category model
 * @since 0.1.0
 */
export type Reaction<C extends Command> =
  | { readonly _tag: 'Send'; readonly command: C }
  | { readonly _tag: 'Schedule'; readonly timer: string; readonly at: Date }
  | { readonly _tag: 'Cancel'; readonly timer: string }
  | { readonly _tag: 'End' }

/**
 * The constructors of {@link Reaction}s.
 *
 * @category constructors
 * @since 0.1.0
 */
export const Reaction = {
  send: <C extends Command>(command: C): Reaction<C> => ({ _tag: 'Send', command }),
  schedule: (timer: string, at: Date): Reaction<never> => ({ _tag: 'Schedule', timer, at }),
  cancel: (timer: string): Reaction<never> => ({ _tag: 'Cancel', timer }),
  end: { _tag: 'End' } as Reaction<never>, // One of the four.
} as const

/**
 * Whom a process commands: an aggregate, as far as its commands can be told from it.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandTarget {
  readonly id: (command: never) => unknown
}

/**
 * The commands that a list of aggregates takes, as a union.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandTo<Targets extends ReadonlyArray<CommandTarget>> = Targets[number] extends infer One
  ? One extends { readonly id: (command: infer C extends Command) => unknown }
    ? C
    : never
  : never

/**
 * A process that runs over several streams, by pure functions: `key` says which process an event is for, none if it gives `undefined`; `evolve` folds
 * what happens into its state; `react` says what the process wants then. State, checkpoint, commands and timers are stored together; a command has
 * an id made of what caused it, so it is done once, however often it is sent.
 *
 * `to` says whom it commands. It is there for the types: with it `input.command` of a refusal is one of their commands, also where `evolve` and `react` are
 * written in place.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManager<Sources extends ReadonlyArray<AnySource>, C extends Command, S>
  extends HandlerOptions<Sources> {
  readonly _tag: 'ProcessManager'
  readonly to?: ReadonlyArray<CommandTarget>
  readonly state: t.Type<S, unknown>
  readonly initialState: S
  readonly key: (event: RecordedFrom<Sources>) => string | undefined
  readonly evolve: (state: S, input: ProcessInput<RecordedFrom<Sources>['event'], C>) => S
  readonly react: (state: S, input: ProcessInput<RecordedFrom<Sources>['event'], C>) => ReadonlyArray<Reaction<C>>
}

/**
 * A process manager whose types are forgotten, so that different ones stand in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyProcessManager extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'ProcessManager'
  readonly state: t.Mixed
  readonly initialState: unknown
  readonly key: (event: never) => string | undefined
  readonly evolve: (state: never, input: never) => unknown
  readonly react: (state: never, input: never) => ReadonlyArray<Reaction<Command>>
}

/**
 * Makes a process manager.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EventCodec } from '@foldlog/core'
 * import { ProcessManager, Reaction } from '@foldlog/subscriptions'
 * import * as t from 'io-ts'
 *
 * const bookings = { category: 'booking', events: EventCodec.make({ Booked: t.strict({}), Paid: t.strict({}) }) } as const
 * type Free = { readonly type: 'Free'; readonly data: { readonly booking: string } }
 *
 * export const unpaid = ProcessManager.make({
 *   name: 'unpaid',
 *   from: [bookings],
 *   key: ({ stream }) => stream,
 *   state: t.string,
 *   initialState: '',
 *   evolve: (state, input) => (input._tag === 'EventHappened' ? input.event.stream : state),
 *   react: (booking, input): ReadonlyArray<Reaction<Free>> => {
 *     if (input._tag === 'TimerFired') return [Reaction.send({ type: 'Free', data: { booking } })]
 *     if (input._tag === 'CommandRejected' || input.event.event.type === 'Paid') return [Reaction.end]
 *     return [Reaction.schedule('payment', new Date(input.event.recordedAt.getTime() + 600_000))]
 *   },
 * })
 * ```
 */
function make<const Sources extends ReadonlyArray<AnySource>, const Targets extends ReadonlyArray<CommandTarget>, S>(
  manager: Omit<ProcessManager<Sources, CommandTo<Targets>, S>, '_tag' | 'to'> & { readonly to: Targets },
): ProcessManager<Sources, CommandTo<Targets>, S>
function make<const Sources extends ReadonlyArray<AnySource>, C extends Command, S>(
  manager: Omit<ProcessManager<Sources, C, S>, '_tag' | 'to'> & { readonly to?: never },
): ProcessManager<Sources, C, S>
function make<Sources extends ReadonlyArray<AnySource>, C extends Command, S>(
  manager: Omit<ProcessManager<Sources, C, S>, '_tag'>,
): ProcessManager<Sources, C, S> {
  return { _tag: 'ProcessManager', ...manager }
}

/**
 * Functions on {@link ProcessManager}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ProcessManager = { make } as const
