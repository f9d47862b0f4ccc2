import type { readonlyNonEmptyArray as RNEA } from 'fp-ts'
import type { EventHandler, HandlerContext, HandlerOptions } from './EventHandler.ts'
import type { EffectIn, HandlerEffect } from './HandlerEffect.ts'
import type { AnySource, RecordedFrom, RecordedOf, TypeFrom } from './Source.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * A handler with effects of its own that takes many events at a time: the events that wait in a partition, in log
 * order, at least one. It is for effects that cost less together, such as one request or one `INSERT` for a hundred
 * events. Every event is delivered at least once.
 *
 * A failed batch is not retried as a whole. Its events are delivered one by one, each in an array of its own and each
 * with the retries of the policy, so that only the failing event is parked or skipped. Effects of the failed batch may
 * be repeated. A batch that takes longer than `timeout` milliseconds (30,000 when absent) has failed.
 *
 * `start` is required, and an effect may need an `env`, as for an {@link EventHandler}. There is no function for each
 * type, because a batch has events of several types: select them with `types`.
 *
 * A batch may contain many streams. Batches of one partition never overlap; batches of different partitions do. With
 * more than one partition, events are divided among them by `lane`, the stream when it is absent. A parked event blocks
 * its lane.
 *
 * @category model
 * @since 0.1.0
 */
export interface BatchHandler<Sources extends ReadonlyArray<AnySource>, Err = unknown, Env = unknown>
  extends HandlerOptions<Sources> {
  readonly _tag: 'BatchHandler'
  readonly start: StartFrom
  readonly handle: (
    events: RNEA.ReadonlyNonEmptyArray<RecordedFrom<Sources>>,
    context: HandlerContext,
  ) => EffectIn<Env, Err>
  readonly lane?: ((event: RecordedFrom<Sources>) => string) | undefined
  readonly timeout?: number | undefined
}

/**
 * A batch handler without its type parameters, so that different handlers fit in one list. `timeout` counts
 * milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyBatchHandler extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'BatchHandler'
  readonly start: StartFrom
  readonly handle: (events: never, context: HandlerContext) => HandlerEffect<never, unknown>
  readonly lane?: ((event: never) => string) | undefined
  readonly timeout?: number | undefined
}

/**
 * Makes a batch handler.
 *
 * @category constructors
 * @since 0.1.0
 */
function make<
  const Sources extends ReadonlyArray<AnySource>,
  const Types extends ReadonlyArray<TypeFrom<Sources>> = ReadonlyArray<TypeFrom<Sources>>,
  Err = unknown,
  Env = unknown,
>(
  handler: Omit<BatchHandler<Sources>, '_tag' | 'types' | 'lane' | 'handle'> & {
    readonly types?: Types | undefined
    readonly handle: (
      events: RNEA.ReadonlyNonEmptyArray<RecordedOf<Sources, Types[number]>>,
      context: HandlerContext,
    ) => HandlerEffect<Env, Err>
    readonly lane?: ((event: RecordedOf<Sources, Types[number]>) => string) | undefined
  },
): BatchHandler<Sources, Err, Env>
function make(handler: Omit<AnyBatchHandler, '_tag'>): AnyBatchHandler {
  return { _tag: 'BatchHandler', ...handler }
}

/**
 * Functions on {@link BatchHandler}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const BatchHandler = { make } as const
