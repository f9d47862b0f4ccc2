import type { RecordedEvent } from '@foldlog/core'
import type { LogFilter } from '@foldlog/core/store'
import type { FailurePolicy } from '../../FailurePolicy.ts'
import type { StartFrom } from '../../StartFrom.ts'
import type { Delivery } from './Delivery.ts'
import type { HandlerWorker, WorkerContext } from './HandlerWorker.ts'

/** What the engine knows of a handler of any kind. */
export interface HandlerDefinition {
  readonly name: string
  /** The tag of the handler. */
  readonly kind: string
  readonly version: number
  readonly partitions: number
  readonly start: StartFrom
  readonly filter: LogFilter
  readonly policy: FailurePolicy
  /** Whether it may be rebuilt beside itself: only a handler without effects other than documents. */
  readonly rebuildable: boolean
  /** Whether every lane is the stream of its event: then the partition of an event is known before it is decoded. */
  readonly laneIsStream: boolean
  /** Whether it sends commands. */
  readonly sendsCommands: boolean
  /** The deliveries of an event that matches the filter: one for each lane that it touches. */
  readonly deliveries: (event: RecordedEvent) => ReadonlyArray<Delivery>
  readonly makeWorker: (context: WorkerContext) => HandlerWorker
}
