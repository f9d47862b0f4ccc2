import type { StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Query } from '../client/RetryingClient.ts'
import { pgArray, quoteElement } from '../encoding/pgArray.ts'
import type { Statements } from '../schema/Statements.ts'

/** A page of a stream. */
interface PageRequest {
  readonly stream: string
  readonly from: number
  readonly count: number
  readonly backward: boolean
}

/** The rows of foldlog.read_stream. */
type PageRows = E.Either<StoreUnavailable, ReadonlyArray<string>>

type ReadPage = (query: Query, page: PageRequest) => Promise<PageRows>

/**
 * Reading pages of streams. Those that are asked for at once, before the next microtask, leave in one statement: commands whose appends were stored together load
 * their next streams together, and a statement for each would cost both sides several times as much. None waits for one that is under way; and when the statement
 * fails, be it for one page that is too large, each is read alone.
 */
export interface StreamReadBatcher {
  readonly readOne: ReadPage
  /** Forward only. */
  readonly readBatched: ReadPage
}

interface QueuedRead extends PageRequest {
  readonly query: Query
  readonly settle: (rows: PageRows | Promise<PageRows>) => void
}

/** So many events of each are read together, see foldlog.read_streams. What is long is read on alone. */
const maxBatchedEvents = 100

/** So many pages in one statement. */
const maxBatchedPages = 128

/** The version with which a row of foldlog.read_stream begins. */
const firstVersionIn = (row: string): number => Number.parseInt(row.slice(1), 10)

export const makeStreamReadBatcher = (statements: Statements): StreamReadBatcher => {
  const queue: Array<QueuedRead> = []

  const readOne: ReadPage = async (query, { stream, from, count, backward }) => {
    const result = await query(statements.readStream, [stream, `${from}`, `${count}`, `${backward}`])
    return E.isLeft(result) ? result : E.right(result.right.rows)
  }

  /** The page that begins with this row; '' when it was not read. */
  const completePage = async (page: QueuedRead, row: string): Promise<PageRows> => {
    const { query, from, count } = page
    if (row === '') return readOne(query, page)
    if (count <= maxBatchedEvents || firstVersionIn(row) < from + maxBatchedEvents) return E.right([row])
    const rest = await readOne(query, { ...page, from: from + maxBatchedEvents, count: count - maxBatchedEvents })
    return E.isLeft(rest) ? rest : E.right([row, ...rest.right])
  }

  const readBatch = async (query: Query, pages: ReadonlyArray<QueuedRead>): Promise<void> => {
    const columns = [
      pgArray(pages.map(({ stream }) => quoteElement(stream))),
      pgArray(pages.map(({ from }) => from)),
      pgArray(pages.map(({ count }) => count)),
    ]
    // Once: patience is that of each page.
    const result = await query(statements.readStreams, columns, 0)
    for (const [i, page] of pages.entries())
      page.settle(completePage(page, E.isLeft(result) ? '' : (result.right.rows[i] ?? '')))
  }

  const flush = (): void => {
    while (queue.length > 0) {
      const pages = queue.splice(0, maxBatchedPages)
      const [first] = pages
      if (first === undefined) continue
      if (pages.length === 1) first.settle(readOne(first.query, first))
      else void readBatch(first.query, pages)
    }
  }

  return {
    readOne,
    readBatched: (query, page) =>
      new Promise((settle) => {
        if (queue.length === 0) queueMicrotask(flush)
        // Versions begin with 1, and what is read on begins behind those that were read.
        queue.push({ ...page, from: Math.max(1, page.from), query, settle })
      }),
  }
}
