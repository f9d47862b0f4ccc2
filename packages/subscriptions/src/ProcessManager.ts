import type { Command, Event, Recorded, VersionChain } from '@foldlog/core'
import type * as t from 'io-ts'
import type { CommandTarget, CommandTo } from './CommandTarget.ts'
import type { HandlerOptions } from './EventHandler.ts'
import type { AnySource, RecordedFrom } from './Source.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * A process over several streams, made of pure functions. `key` returns the key of the process that an event is for, or
 * `undefined` for none. `evolve` folds an input into its state. `react` returns what the process does then. State,
 * checkpoint, commands and timers are stored together. The id of a command is derived from its cause, so that it is
 * executed once, however often it is sent.
 *
 * `state` is the codec of the state, or a chain of its versions, made with `EventCodec.version` and
 * `EventCodec.upcast`: then the codec of its version reads each stored state, which is upcast to the newest version.
 *
 * `to` lists the targets of its commands: aggregates, or command codecs. `input.command` of a rejection is one of their
 * commands, also where `evolve` and `react` are written in place. A command is stored as JSON until it is answered, by
 * the codec of its target: it may have a `Date`, and comes back with one when it is rejected. Without a codec a command
 * must be JSON itself; an event on which it is not is a failure of the handler.
 *
 * `start` is required: a process manager that begins at `origin` sends commands for events of the past, and sets timers
 * that are due already.
 *
 * A command that has no answer within `sendTimeout` milliseconds (30,000 when absent) is sent again, with the same id.
 * Meanwhile other processes go on, and {@link GenerationStatus} says which commands wait, and since when.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManager<Sources extends ReadonlyArray<AnySource>, C extends Command, S>
  extends HandlerOptions<Sources> {
  readonly _tag: 'ProcessManager'
  readonly start: StartFrom
  readonly to?: ReadonlyArray<CommandTarget> | undefined
  readonly state: t.Type<S, unknown> | VersionChain<S>
  readonly initialState: S
  readonly key: (event: RecordedFrom<Sources>) => string | undefined
  readonly evolve: (state: S, input: ProcessInput<RecordedFrom<Sources>['event'], C>) => S
  readonly react: (state: S, input: ProcessInput<RecordedFrom<Sources>['event'], C>) => ReadonlyArray<Reaction<C>>
  readonly sendTimeout?: number | undefined
}

/**
 * A timer of the process that is due. `dueAt` is the time for which it was scheduled.
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
 * A command of the process that was rejected. `error` is what the JSON form of the error kept.
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
 * What a process reacts to: an event, a timer, or the rejection of a command that it has sent.
 *
 * @category model
 * @since 0.1.0
 */
export type ProcessInput<Ev extends Event, C extends Command> =
  | { readonly _tag: 'EventHappened'; readonly event: Recorded<Ev> }
  | TimerFired
  | CommandRejected<C>

/**
 * What a process requests: to send a command; to schedule a timer, which replaces an earlier one of the same name; to
 * cancel a timer; or to end, which deletes its state and its timers.
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
 * A process manager without its type parameters, so that different ones fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyProcessManager extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'ProcessManager'
  readonly start: StartFrom
  readonly to?: ReadonlyArray<CommandTarget> | undefined
  readonly state: t.Mixed | (Pick<VersionChain<unknown>, '_tag' | 'versions'> & { readonly codec: t.Mixed })
  readonly initialState: unknown
  readonly key: (event: never) => string | undefined
  readonly evolve: (state: never, input: never) => unknown
  readonly react: (state: never, input: never) => ReadonlyArray<Reaction<Command>>
  /** Milliseconds. */
  readonly sendTimeout?: number | undefined
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
 * const bookings = {
 *   category: 'booking',
 *   events: EventCodec.make({ Booked: t.strict({}), Paid: t.strict({}) }),
 * } as const
 * type Free = { readonly type: 'Free'; readonly data: { readonly booking: string } }
 *
 * export const unpaid = ProcessManager.make({
 *   name: 'unpaid',
 *   from: [bookings],
 *   start: 'origin',
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
