import type { Event, Recorded } from '@foldlog/core'
import type { LogFilter } from '@foldlog/core/store'
import type { taskEither as TE } from 'fp-ts'
import type { FailurePolicy } from './FailurePolicy.ts'
import type { AnySource, RecordedFrom } from './Source.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * A handler with effects of its own: it is called at least once for each event, in order within a lane. A lane is a
 * stream, unless `lane` returns something else. Lanes are handled concurrently, at most `concurrency` of them in a
 * partition (16 when absent). An event that takes longer than `timeout` milliseconds (30,000 when absent) has failed.
 *
 * `start` is required, because effects cannot be taken back: with `now` a new handler leaves out the events that are
 * stored already, with `origin` it handles all of them.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventHandler<Sources extends ReadonlyArray<AnySource>, Err = unknown> extends HandlerOptions<Sources> {
  readonly _tag: 'EventHandler'
  readonly start: StartFrom
  readonly handle: (event: RecordedFrom<Sources>, context: HandlerContext) => TE.TaskEither<Err, unknown>
  readonly lane?: ((event: RecordedFrom<Sources>) => string) | undefined
  readonly concurrency?: number | undefined
  readonly timeout?: number | undefined
}

/**
 * The options that every kind of handler has.
 *
 * `name` identifies the handler for ever. `from` lists its sources: it receives all events of their categories unless
 * `filter` excludes some. `start` (the origin when absent; some kinds require it) and `partitions` (1 when absent)
 * apply only when the handler is created.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerOptions<Sources extends ReadonlyArray<AnySource>> {
  readonly name: string
  readonly from: Sources
  readonly filter?: LogFilter | undefined
  readonly start?: StartFrom | undefined
  readonly partitions?: number | undefined
  readonly onFailure?: FailurePolicy | undefined
}

/**
 * What a handler knows while it handles an event: a signal, and the number of the attempt, from 1. The signal fires
 * when the timeout is over, when another member owns the partition, or when the runtime stops and `stopTimeout` is
 * over.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerContext {
  readonly signal: AbortSignal
  /** The number of this attempt, from 1. */
  readonly attempt: number
}

/**
 * An event handler without its type parameters, so that different handlers fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyEventHandler extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'EventHandler'
  readonly start: StartFrom
  readonly handle: (event: never, context: HandlerContext) => TE.TaskEither<unknown, unknown>
  readonly lane?: ((event: never) => string) | undefined
  /** Maximum number of lanes of a partition that are handled concurrently. */
  readonly concurrency?: number | undefined
  /** Milliseconds. */
  readonly timeout?: number | undefined
}

/**
 * An event of any source, as the engine handles it.
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
 *   start: 'now',
 *   handle: ({ effectId, event }, { signal }) =>
 *     TE.tryCatch(
 *       () => fetch('https://mail.example/', { method: 'POST', signal, body: `${effectId} ${event.data.owner}` }),
 *       String,
 *     ),
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
