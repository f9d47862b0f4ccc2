import type { Clock, EventStore, HandlerStore, Logger, LogTail, OpenAppends, PartialOptions } from '@foldlog/core'
import type { io as IO } from 'fp-ts'
import type { AnyBatchHandler } from './BatchHandler.ts'
import type { AnyEventHandler } from './EventHandler.ts'
import type { AnyProcessManager } from './ProcessManager.ts'
import type { AnyProjection } from './Projection.ts'
import type { RuntimeLimits } from './RuntimeLimits.ts'
import type { SendCommand } from './SendCommand.ts'
import type { AnyTransactionalHandler } from './TransactionalHandler.ts'

/**
 * The options of a runtime: a store, handlers, and for process managers a function that sends commands, such as a
 * dispatcher's `dispatch`.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeOptions {
  readonly store: EventStore & LogTail & HandlerStore & PartialOptions<OpenAppends>
  readonly handlers: ReadonlyArray<
    AnyEventHandler | AnyBatchHandler | AnyProjection | AnyTransactionalHandler | AnyProcessManager
  >
  readonly dispatch?: SendCommand | undefined
  readonly limits?: PartialOptions<RuntimeLimits> | undefined
  readonly clock?: Clock | undefined
  readonly random?: IO.IO<number> | undefined
  readonly logger?: Logger | undefined
}
