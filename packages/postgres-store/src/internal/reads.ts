import type { StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { column, quoted } from './arrayText.ts'
import type { Send } from './Requests.ts'
import type { Statements } from './statements.ts'

/** A page of a stream. */
interface Page {
  readonly stream: string
  readonly from: number
  readonly count: number
  readonly backward: boolean
}

/** The rows of foldlog.read_stream. */
type Rows = E.Either<StoreUnavailable, ReadonlyArray<string>>

type Read = (send: Send, page: Page) => Promise<Rows>

/**
 * Reading pages of streams. Those that are asked for at once, before the next microtask, leave in one statement: commands whose appends were stored together load
 * their next streams together, and a statement for each would cost both sides several times as much. None waits for one that is under way; and when the statement
 * fails, be it for one page that is too large, each is read alone.
 */
export interface Reads {
  readonly readAlone: Read
  /** Forward only. */
  readonly readTogether: Read
}

interface Waiting extends Page {
  readonly send: Send
  readonly settle: (rows: Rows | Promise<Rows>) => void
}

/** So many events of each are read together, see foldlog.read_streams. What is long is read on alone. */
const eventsTogether = 100

/** So many pages in one statement. */
const pagesTogether = 128

/** The version with which a row of foldlog.read_stream begins. */
const versionOf = (row: string): number => Number.parseInt(row.slice(1), 10)

export const readsOf = (statements: Statements): Reads => {
  const waiting: Array<Waiting> = []

  const readAlone: Read = async (send, { stream, from, count, backward }) => {
    const answer = await send(statements.readStream, [stream, `${from}`, `${count}`, `${backward}`])
    return E.isLeft(answer) ? answer : E.right(answer.right.rows)
  }

  /** The page that begins with this row; '' when it was not read. */
  const readOn = async (page: Waiting, row: string): Promise<Rows> => {
    const { send, from, count } = page
    if (row === '') return readAlone(send, page)
    if (count <= eventsTogether || versionOf(row) < from + eventsTogether) return E.right([row])
    const rest = await readAlone(send, { ...page, from: from + eventsTogether, count: count - eventsTogether })
    return E.isLeft(rest) ? rest : E.right([row, ...rest.right])
  }

  const readMany = async (send: Send, pages: ReadonlyArray<Waiting>): Promise<void> => {
    const columns = [
      column(pages.map(({ stream }) => quoted(stream))),
      column(pages.map(({ from }) => from)),
      column(pages.map(({ count }) => count)),
    ]
    // Once: patience is that of each page.
    const answer = await send(statements.readStreams, columns, 0)
    for (const [i, page] of pages.entries())
      page.settle(readOn(page, E.isLeft(answer) ? '' : (answer.right.rows[i] ?? '')))
  }

  const leave = (): void => {
    while (waiting.length > 0) {
      const pages = waiting.splice(0, pagesTogether)
      const [first] = pages
      if (first === undefined) continue
      if (pages.length === 1) first.settle(readAlone(first.send, first))
      else void readMany(first.send, pages)
    }
  }

  return {
    readAlone,
    readTogether: (send, page) =>
      new Promise((settle) => {
        if (waiting.length === 0) queueMicrotask(leave)
        // Versions begin with 1, and what is read on begins behind those that were read.
        waiting.push({ ...page, from: Math.max(1, page.from), send, settle })
      }),
  }
}
