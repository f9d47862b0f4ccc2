import type { StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Query } from '../client/RetryingClient.ts'
import { type AnswerRow, firstText } from '../client/StatementRunner.ts'
import { pgArray, quoteElement } from '../encoding/pgArray.ts'
import type { Statements } from '../schema/Statements.ts'
import { otherColumn } from './decodeColumns.ts'

/** A page of a stream. */
interface PageRequest {
  readonly stream: string
  readonly from: number
  readonly count: number
  readonly backward: boolean
}

/** The rows of foldlog.read_stream. */
type PageRows = E.Either<StoreUnavailable, ReadonlyArray<AnswerRow>>

type QueryRows = Query<AnswerRow>

type ReadPage = (query: QueryRows, page: PageRequest) => Promise<PageRows>

/**
 * Batches reads of stream pages. Pages that are requested at once, before the next microtask, are read in one
 * statement: commands whose appends were stored together load their next streams together, and a statement for each
 * would cost both sides several times as much. No request waits for one in progress. When the statement fails, perhaps
 * because of one page that is too large, each page is read alone.
 */
export interface StreamReadBatcher {
  readonly readOne: ReadPage
  /** Forward only. */
  readonly readBatched: ReadPage
}

interface QueuedRead extends PageRequest {
  readonly query: QueryRows
  readonly settle: (rows: PageRows | Promise<PageRows>) => void
}

/** Maximum number of events of a page in a batch, see foldlog.read_streams. The rest of a longer page is read alone. */
const maxBatchedEvents = 100

/** Maximum number of pages in one statement. */
const maxBatchedPages = 128

/** The version of the stream, with which the header of a row begins. */
const versionIn = (row: AnswerRow): number => Number.parseInt(firstText(row).slice(1), 10)

/** The rows of each page, by the numbers of pages. */
const rowsByPage = (rows: ReadonlyArray<AnswerRow>): ReadonlyMap<number, Array<AnswerRow>> => {
  const pages = new Map<number, Array<AnswerRow>>()
  for (const row of rows) {
    const page = Number(row[otherColumn]?.toString('latin1'))
    const known = pages.get(page)
    if (known === undefined) pages.set(page, [row])
    else known.push(row)
  }
  return pages
}

export const makeStreamReadBatcher = (statements: Statements): StreamReadBatcher => {
  const queue: Array<QueuedRead> = []

  const readOne: ReadPage = async (query, { stream, from, count, backward }) => {
    const result = await query(statements.readStream, [stream, `${from}`, `${count}`, `${backward}`])
    return E.isLeft(result) ? result : E.right(result.right.rows)
  }

  /** Reads the events of a page after those of its first row. */
  const readRest = async (page: QueuedRead, row: AnswerRow): Promise<PageRows> => {
    const { query, from, count } = page
    const rest = await readOne(query, { ...page, from: from + maxBatchedEvents, count: count - maxBatchedEvents })
    return E.isLeft(rest) ? rest : E.right([row, ...rest.right])
  }

  /** Completes the page that begins with these rows; undefined when it was not read. */
  const completePage = (page: QueuedRead, rows: ReadonlyArray<AnswerRow> | undefined): PageRows | Promise<PageRows> => {
    const { query, from, count } = page
    const [row] = rows ?? []
    if (rows === undefined || row === undefined) return readOne(query, page)
    // Several rows mean long events, so the page may have ended early.
    const isWhole = rows.length > 1 || count <= maxBatchedEvents || versionIn(row) < from + maxBatchedEvents
    return isWhole ? E.right(rows) : readRest(page, row)
  }

  const readBatch = async (query: QueryRows, pages: ReadonlyArray<QueuedRead>): Promise<void> => {
    const columns = [
      pgArray(pages.map(({ stream }) => quoteElement(stream))),
      pgArray(pages.map(({ from }) => from)),
      pgArray(pages.map(({ count }) => count)),
    ]
    // Without retries: each page retries alone, with its own timeout.
    const result = await query(statements.readStreams, columns, 0)
    const read = E.isLeft(result) ? undefined : rowsByPage(result.right.rows)
    for (const [i, page] of pages.entries()) page.settle(completePage(page, read?.get(i + 1)))
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
        // Versions begin with 1, and the rest of a page begins after the events already read.
        queue.push({ ...page, from: Math.max(1, page.from), query, settle })
      }),
  }
}
