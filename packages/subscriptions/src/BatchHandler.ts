import type { readonlyNonEmptyArray as RNEA, taskEither as TE } from 'fp-ts'
import type { HandlerContext, HandlerOptions } from './EventHandler.ts'
import type { AnySource, RecordedFrom } from './Source.ts'

/**
 * A handler with effects of its own that takes many events at a time: what waits in a partition, in the order of the log, never none of them. It is for
 * effects that cost less together, such as one request or one `INSERT` for a hundred events. Every event is handed over at least once.
 *
 * A batch that fails is not tried again as it is: its events are handed over one by one, each in an array of its own and each as the policy says, so that only
 * the one to blame is parked or skipped. What the failed batch had done already may be done again. A batch that takes longer than `timeout`
 * milliseconds (30,000 when absent) has failed.
 *
 * The batch of a partition may hold many streams; batches of a partition never overlap, those of different partitions do. With more than one partition,
 * events are divided among them by `lane`, the stream when it is absent; the lane is also what a parked event holds back.
 *
 * @category model
 * @since 0.1.0
 */
export interface BatchHandler<Sources extends ReadonlyArray<AnySource>, Err = unknown> extends HandlerOptions<Sources> {
  readonly _tag: 'BatchHandler'
  readonly handle: (
    events: RNEA.ReadonlyNonEmptyArray<RecordedFrom<Sources>>,
    context: HandlerContext,
  ) => TE.TaskEither<Err, unknown>
  readonly lane?: (event: RecordedFrom<Sources>) => string
  readonly timeout?: number
}

/**
 * A batch handler whose types are forgotten, so that different ones stand in one list. `timeout` counts milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyBatchHandler extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'BatchHandler'
  readonly handle: (events: never, context: HandlerContext) => TE.TaskEither<unknown, unknown>
  readonly lane?: (event: never) => string
  readonly timeout?: number
}

/**
 * Makes a batch handler.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = <const Sources extends ReadonlyArray<AnySource>, Err>(
  handler: Omit<BatchHandler<Sources, Err>, '_tag'>,
): BatchHandler<Sources, Err> => ({ _tag: 'BatchHandler', ...handler })

/**
 * Functions on {@link BatchHandler}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const BatchHandler = { make } as const
