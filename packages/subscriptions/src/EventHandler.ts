import type { Event, LogFilter, Recorded } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'
import type { FailurePolicy } from './FailurePolicy.ts'
import type { AnySource, RecordedFrom } from './Source.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * What every kind of handler has.
 *
 * `name` is how it is known for ever. `from` says which events it gets, all of those categories unless `filter` says less. `start` (the origin when absent)
 * and `partitions` (1 when absent) count when it is created, never again.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerOptions<Sources extends ReadonlyArray<AnySource>> {
  readonly name: string
  readonly from: Sources
  readonly filter?: LogFilter
  readonly start?: StartFrom
  readonly partitions?: number
  readonly onFailure?: FailurePolicy
}

/**
 * What a handler knows while it handles an event: a signal, and which try this is, from 1. The signal fires when time is up, when the partition is in other
 * hands, or when the runtime stops and the handler had its time to end.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerContext {
  readonly signal: AbortSignal
  /** Which try this is, from 1. */
  readonly attempt: number
}

/**
 * A handler with effects of its own: it is called for each event at least once, in order within a lane. A lane is a stream, unless `lane` says otherwise;
 * lanes are handled side by side, at most `concurrency` of them in a partition (16 when absent). An event that takes longer than `timeout`
 * milliseconds (30,000 when absent) has failed.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventHandler<Sources extends ReadonlyArray<AnySource>, Err = unknown> extends HandlerOptions<Sources> {
  readonly _tag: 'EventHandler'
  readonly handle: (event: RecordedFrom<Sources>, context: HandlerContext) => TE.TaskEither<Err, unknown>
  readonly lane?: (event: RecordedFrom<Sources>) => string
  readonly concurrency?: number
  readonly timeout?: number
}

/**
 * A handler whose types are forgotten, so that different ones stand in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyEventHandler extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'EventHandler'
  readonly handle: (event: never, context: HandlerContext) => TE.TaskEither<unknown, unknown>
  readonly lane?: (event: never) => string
  /** Lanes side by side in a partition. */
  readonly concurrency?: number
  /** Milliseconds. */
  readonly timeout?: number
}

/**
 * An event of any source, as the engine sees it.
 *
 * @category model
 * @since 0.1.0
 */
export type AnyRecorded = Recorded<Event>

/**
 * Makes an event handler.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EventCodec } from '@foldlog/core'
 * import { EventHandler } from '@foldlog/subscriptions'
 * import { taskEither as TE } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const accounts = { category: 'account', events: EventCodec.make({ Opened: t.strict({ owner: t.string }) }) } as const
 *
 * export const welcome = EventHandler.make({
 *   name: 'welcome',
 *   from: [accounts],
 *   handle: ({ id, event }, { signal }) =>
 *     TE.tryCatch(() => fetch('https://mail.example/', { method: 'POST', signal, body: `${id} ${event.data.owner}` }), String),
 * })
 * ```
 */
const make = <const Sources extends ReadonlyArray<AnySource>, Err>(
  handler: Omit<EventHandler<Sources, Err>, '_tag'>,
): EventHandler<Sources, Err> => ({ _tag: 'EventHandler', ...handler })

/**
 * Functions on {@link EventHandler}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventHandler = { make } as const
