import type { RecordedEvent } from '@foldlog/core'

/**
 * What a reader reads, page by page. `next`: the events of the next page, at most `count`, or undefined when there was no answer. `reached`: whether
 * everything up to a position has been given, asked when nobody writes any more.
 *
 * @category model
 * @since 0.1.0
 */
export interface Source {
  readonly next: (count: number) => Promise<ReadonlyArray<RecordedEvent> | undefined>
  readonly reached: (position: number) => boolean
}
