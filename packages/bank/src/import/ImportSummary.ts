import { isDeepStrictEqual } from 'node:util'
import type { Dispatched } from '@foldlog/dispatcher'
import type { Entry } from '../account/Entry.ts'
import type { AccountEvent } from '../account/Events.ts'
import type { NumberedRow } from './rows.ts'

/**
 * The results of the rows of a file, in numbers of rows. `rejected` were declined now; rows handled by an earlier run,
 * accepted or declined, are among the `duplicates`. `differing` are those duplicates whose content differs from the row
 * stored under their number; `firstDiffering` is the line of the first one in the file. `position` is that of the last
 * of their events in the log.
 *
 * @category model
 * @since 0.1.0
 */
export interface ImportSummary {
  readonly accepted: number
  readonly rejected: number
  readonly duplicates: number
  readonly differing: number
  readonly firstDiffering: number
  readonly position: number
}

const empty: ImportSummary = {
  accepted: 0,
  rejected: 0,
  duplicates: 0,
  differing: 0,
  firstDiffering: Number.POSITIVE_INFINITY,
  position: 0,
}

const entryOf = ({ type, data }: AccountEvent): ReadonlyArray<Entry> => {
  switch (type) {
    case 'MoneyDeposited':
    case 'MoneyWithdrawn':
      return [data]
    case 'EntryDeclined':
      return [data.entry]
    default:
      return []
  }
}

/**
 * The summary with one more row.
 *
 * @category combinators
 * @since 0.1.0
 */
const add = (
  summary: ImportSummary,
  { line, row }: NumberedRow,
  { events, duplicate }: Dispatched<AccountEvent>,
): ImportSummary => {
  const position = Math.max(summary.position, ...events.map((event) => event.position))
  if (duplicate) {
    const stored = events.flatMap(({ event }) => entryOf(event))
    const counted = { ...summary, position, duplicates: summary.duplicates + 1 }
    return isDeepStrictEqual(stored, [row.entry])
      ? counted
      : { ...counted, differing: summary.differing + 1, firstDiffering: Math.min(summary.firstDiffering, line) }
  }
  return events.some(({ event }) => event.type === 'EntryDeclined')
    ? { ...summary, position, rejected: summary.rejected + 1 }
    : { ...summary, position, accepted: summary.accepted + 1 }
}

/**
 * The number of all rows of a summary.
 *
 * @category destructors
 * @since 0.1.0
 */
const rows = ({ accepted, rejected, duplicates }: ImportSummary): number => accepted + rejected + duplicates

/**
 * Functions on {@link ImportSummary}; `empty` is that of no rows.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ImportSummary = { empty, add, rows } as const
