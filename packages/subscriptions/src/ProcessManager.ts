import type { Command, VersionChain } from '@foldlog/core'
import type * as t from 'io-ts'
import type { AllSendable, CommandTarget, CommandTo, SendableWithout } from './CommandTarget.ts'
import type { HandlerOptions } from './EventHandler.ts'
import { wantedBy } from './internal/handlers/cases.ts'
import { type CasesOfProcess, stepByType } from './internal/handlers/stepByType.ts'
import type { AllTimers, BeginCases, ProcessCases, RejectionCases, ScheduledIn, TimerCases } from './ProcessCases.ts'
import type { ProcessInput } from './ProcessInput.ts'
import type { ProcessManagerByType } from './ProcessManagerByType.ts'
import type { Reaction } from './Reaction.ts'
import type { AnySource, OnlyKnown, RecordedFrom, RecordedOf, TypeFrom } from './Source.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * A process over several streams, made of pure functions. `key` returns the key of the process that an event is for, or
 * `undefined` for none. `evolve` folds an input into its state. `react` returns the reactions to the input. State,
 * checkpoint, commands and timers are stored together. The id of a command is derived from its cause, so that it is
 * executed once, however often it is sent.
 *
 * `state` is the codec of the state, or a chain of its versions, made with `EventCodec.version` and
 * `EventCodec.upcast`: then the codec of its version reads each stored state, which is upcast to the newest version.
 *
 * `to` lists the targets of its commands: aggregates, joint decisions, boundaries, or command codecs. `input.command`
 * of a rejection is one of their commands, also where `evolve` and `react` are written in place. The codec of the
 * target encodes a command, which is stored as JSON until it is answered. So a command may contain a `Date`, and a
 * rejection has the command as it was sent. A command without a codec must be JSON; otherwise the event that caused it
 * fails.
 *
 * `start` is required: a process manager that begins at `origin` sends commands for events of the past, and sets timers
 * that are due already.
 *
 * A command that has no answer within `sendTimeout` milliseconds (30,000 when absent) is sent again, with the same id.
 * Meanwhile other processes continue, and {@link GenerationStatus} says which commands wait, and since when.
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

/** The options of every process manager, without their type parameters. */
interface AnyProcess extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'ProcessManager'
  readonly start: StartFrom
  readonly to?: ReadonlyArray<CommandTarget> | undefined
  readonly state: t.Mixed | (Pick<VersionChain<unknown>, '_tag' | 'versions'> & { readonly codec: t.Mixed })
  readonly key: (event: never) => string | undefined
  /** Milliseconds. */
  readonly sendTimeout?: number | undefined
}

/** The functions of a process manager with `evolve` and `react`. */
interface AnyEvolving {
  readonly initialState: unknown
  readonly evolve: (state: never, input: never) => unknown
  readonly react: (state: never, input: never) => ReadonlyArray<Reaction<Command>>
}

/** The function of a process manager with a case for each type. */
interface AnyStepping {
  readonly step: (
    state: never,
    input: never,
  ) => { readonly state: unknown; readonly do: ReadonlyArray<Reaction<Command>> }
}

/**
 * A process manager without its type parameters, so that different ones fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export type AnyProcessManager = AnyProcess & (AnyEvolving | AnyStepping)

/** What `make` takes for a process manager with `evolve` and `react`. */
type EvolvingOptions<
  Sources extends ReadonlyArray<AnySource>,
  C extends Command,
  S,
  Types extends ReadonlyArray<string>,
> = Omit<ProcessManager<Sources, C, S>, '_tag' | 'to' | 'types' | 'key' | 'evolve' | 'react'> & {
  readonly types?: Types | undefined
  readonly key: (event: RecordedOf<Sources, Types[number]>) => string | undefined
  readonly evolve: (state: S, input: ProcessInput<RecordedOf<Sources, Types[number]>['event'], C>) => S
  readonly react: (
    state: S,
    input: ProcessInput<RecordedOf<Sources, Types[number]>['event'], C>,
  ) => ReadonlyArray<Reaction<C>>
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
function make<
  const Sources extends ReadonlyArray<AnySource>,
  const Targets extends ReadonlyArray<CommandTarget>,
  S,
  const Types extends ReadonlyArray<TypeFrom<Sources>> = ReadonlyArray<TypeFrom<Sources>>,
>(
  manager: EvolvingOptions<Sources, CommandTo<Targets>, S, Types> & { readonly to: Targets & AllSendable<Targets> },
): ProcessManager<Sources, CommandTo<Targets>, S>
function make<
  const Sources extends ReadonlyArray<AnySource>,
  C extends Command,
  S,
  const Types extends ReadonlyArray<TypeFrom<Sources>> = ReadonlyArray<TypeFrom<Sources>>,
>(
  manager: EvolvingOptions<Sources, C, S, Types> & { readonly to?: never } & SendableWithout<C>,
): ProcessManager<Sources, C, S>
function make(manager: Omit<AnyProcess, '_tag'> & AnyEvolving): AnyProcessManager {
  // A JavaScript caller may pass nothing: the runtime says so.
  const { types, key } = Object(manager) as typeof manager
  return { _tag: 'ProcessManager', ...manager, key: types === undefined ? key : wantedBy(types, key, undefined) }
}

/**
 * Makes a process manager from a case for each type of input. A case returns the reactions, or also the next state:
 * `{ state, do: [...] }`. `begin` has the events that begin a process, `on` those of a process that has begun, `timers`
 * the timers by name, and `rejected` the rejected commands by type, or one function for all.
 *
 * An event without a case changes nothing. A timer or a rejection without a case is parked, because the process has
 * requested it: add the case and retry.
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
 * export const unpaid = ProcessManager.byType({
 *   name: 'unpaid',
 *   from: [bookings],
 *   to: [{ id: ({ data }: Free) => data.booking }], // an aggregate
 *   start: 'origin',
 *   key: ({ stream }) => stream,
 *   state: t.strict({ booking: t.string }),
 *   begin: {
 *     Booked: (event) => ({
 *       state: { booking: event.stream },
 *       do: [Reaction.scheduleIn('payment', event, 600_000)],
 *     }),
 *   },
 *   on: { Paid: () => [Reaction.end] },
 *   timers: { payment: ({ booking }) => [Reaction.send({ type: 'Free', data: { booking } })] },
 *   rejected: { Free: () => [Reaction.end] },
 * })
 * ```
 */
function byType<
  const Sources extends ReadonlyArray<AnySource>,
  const Targets extends ReadonlyArray<CommandTarget>,
  S,
  Begin extends BeginCases<Sources, CommandTo<Targets>, S>,
  On extends ProcessCases<Sources, CommandTo<Targets>, S>,
  Timers extends TimerCases<CommandTo<Targets>, S>,
  Rejected extends RejectionCases<CommandTo<Targets>, S>,
  const Begins extends string,
  const Types extends string = never,
>(
  manager: Omit<ProcessManagerByType<Sources, CommandTo<Targets>, S>, '_tag' | 'to' | 'types' | 'key' | 'step'> & {
    readonly to: Targets & AllSendable<Targets>
    readonly key: (event: RecordedOf<Sources, Begins | Types>) => string | undefined
    readonly begin: Begin & OnlyKnown<Exclude<keyof Begin, TypeFrom<Sources>>> & { readonly [Type in Begins]: unknown }
    readonly on?:
      | (On & OnlyKnown<Exclude<keyof On, TypeFrom<Sources>>> & { readonly [Type in Types]: unknown })
      | undefined
    readonly timers?: Timers | undefined
    readonly rejected?: Rejected | undefined
  } & AllTimers<ScheduledIn<Begin> | ScheduledIn<On> | ScheduledIn<Timers>, Timers>,
): ProcessManagerByType<Sources, CommandTo<Targets>, S>
function byType(options: Omit<AnyProcess, '_tag'> & CasesOfProcess): AnyProcessManager {
  // A JavaScript caller may pass nothing.
  const { begin, on, timers, rejected, ...manager } = Object(options) as typeof options
  const step = stepByType({ begin, on, timers, rejected })
  const types = [...new Set([...Object.keys(begin), ...Object.keys(on ?? {})])]
  return {
    _tag: 'ProcessManager',
    ...manager,
    types,
    key: wantedBy(types, manager.key, undefined),
    // The reactions come from the user, and the engine checks them.
    step: step as AnyStepping['step'],
  }
}

/**
 * Functions on {@link ProcessManager}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ProcessManager = { make, byType } as const
