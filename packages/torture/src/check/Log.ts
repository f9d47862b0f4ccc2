import type { Tag } from '@foldlog/core'
import type { JournalEntry } from '../Journal.ts'

/**
 * An event of the table of events. `recordedAt` is in whole milliseconds. `type` and `tags` are what queries look at,
 * `decided` is what an event of a decision has stored.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogRow {
  readonly position: number
  readonly stream: string
  readonly version: number
  readonly id: string
  readonly recordedAt?: number | undefined
  readonly type?: string | undefined
  readonly tags?: ReadonlyArray<Tag> | undefined
  readonly decided?: unknown
}

/**
 * The complete log, by position, with the writer of each event.
 *
 * @category model
 * @since 0.1.0
 */
export interface Log {
  readonly rows: ReadonlyArray<LogRow>
  readonly at: (position: number) => LogRow | undefined
  /** All rows with this id: more than one is a defect. */
  readonly withId: (id: string) => ReadonlyArray<LogRow>
  /** The writer of an id, undefined when there is none. */
  readonly writerOf: (id: string) => string | undefined
}

/**
 * Indexes the rows of a log, in the order of their positions, and the appends that should explain them.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (rows: ReadonlyArray<LogRow>, entries: ReadonlyArray<JournalEntry>): Log => {
  const byPosition = new Map(rows.map((row) => [row.position, row]))
  const byId = new Map<string, LogRow | ReadonlyArray<LogRow>>()
  for (const row of rows) {
    const others = byId.get(row.id)
    // Millions of arrays of one row would be most of the memory of a round.
    byId.set(row.id, others === undefined ? row : [...(isRow(others) ? [others] : others), row])
  }
  const writers = new Map<string, string>()
  for (const { sent } of entries) for (const { ids } of sent.parts) for (const id of ids) writers.set(id, sent.writer)
  return {
    rows,
    at: (position) => byPosition.get(position),
    withId: (id) => {
      const found = byId.get(id)
      return found === undefined ? [] : isRow(found) ? [found] : found
    },
    writerOf: (id) => writers.get(id),
  }
}

const isRow = (found: LogRow | ReadonlyArray<LogRow>): found is LogRow => 'position' in found

/**
 * Functions on {@link Log}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Log = { make } as const
