import type { LogFilter, RecordedEvent } from '@foldlog/core'
import type { StartFrom } from '../StartFrom.ts'
import type { Delivery } from './Delivery.ts'
import type { Work, WorkTools } from './Work.ts'

/** What the engine knows of a handler, whatever its kind. */
export interface Plan {
  readonly name: string
  readonly version: number
  readonly partitions: number
  readonly start: StartFrom
  readonly filter: LogFilter
  /** The deliveries of an event that meets the filter: one for each lane that it touches. */
  readonly deliveries: (event: RecordedEvent) => ReadonlyArray<Delivery>
  readonly work: (tools: WorkTools) => Work
}
