import type { EventStore, HistoryId, InvalidInput, LogRewound, RecordedEvent, StoreUnavailable } from '@foldlog/core'
import type { LogFilter } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/** What a scan of the log goes through: from `after` (exclusive) to `to` (inclusive). */
export interface ScanOptions {
  readonly filter?: LogFilter | undefined
  readonly after?: number | undefined
  readonly to?: number | undefined
  readonly pageSize?: number | undefined
  /** Called after each page, with the position up to which the log was read. */
  readonly onProgress?: ((position: number) => void) | undefined
}

export type ScanError = InvalidInput | LogRewound | StoreUnavailable

/**
 * Reads the log page by page. `onEvent` may return an error, which ends the scan. The result is the position up to
 * which it was read. The history of the first page is named for each later one: a log that goes back ends the scan.
 */
export const scanLog = async <Err>(
  store: Pick<EventStore, 'readLog'>,
  { filter, after: start = 0, to = Number.MAX_SAFE_INTEGER, pageSize = 1_000, onProgress }: ScanOptions,
  onEvent: (event: RecordedEvent) => Promise<E.Either<Err, void>> | E.Either<Err, void> | undefined,
): Promise<E.Either<ScanError | Err, number>> => {
  let history: HistoryId | undefined
  for (let after = start; ; ) {
    const page = await store.readLog({ after, count: pageSize, filter, history })()
    if (E.isLeft(page)) return page
    history = page.right.history
    for (const event of page.right.events) {
      if (event.position > to) return E.right(to)
      const seen = await onEvent(event)
      if (seen !== undefined && E.isLeft(seen)) return seen
    }
    after = page.right.position
    onProgress?.(Math.min(after, to))
    if (page.right.end || after >= to) return E.right(Math.min(after, to))
  }
}
