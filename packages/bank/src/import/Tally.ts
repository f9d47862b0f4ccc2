import { isDeepStrictEqual } from 'node:util'
import type { Dispatched } from '@foldlog/dispatcher'
import type { Entry } from '../account/Entry.ts'
import type { AccountEvent } from '../account/Events.ts'
import type { NumberedRow } from './rows.ts'

/**
 * What became of the rows of a file, in numbers of rows. `rejected` were declined now; what was handled by an earlier run, accepted or declined, is
 * among the `duplicates`. `differing` are those duplicates that say something else than the row that was stored under their number;
 * `firstDiffering` is the line of one, the first in the file. `position` is that of the last of their events in the log.
 *
 * @category model
 * @since 0.1.0
 */
export interface Tally {
  readonly accepted: number
  readonly rejected: number
  readonly duplicates: number
  readonly differing: number
  readonly firstDiffering: number
  readonly position: number
}

const empty: Tally = {
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
 * The tally with one more row.
 *
 * @category combinators
 * @since 0.1.0
 */
const add = (tally: Tally, { line, row }: NumberedRow, { events, duplicate }: Dispatched<AccountEvent>): Tally => {
  const position = Math.max(tally.position, ...events.map((event) => event.position))
  if (duplicate) {
    const stored = events.flatMap(({ event }) => entryOf(event))
    const counted = { ...tally, position, duplicates: tally.duplicates + 1 }
    return isDeepStrictEqual(stored, [row.entry])
      ? counted
      : { ...counted, differing: tally.differing + 1, firstDiffering: Math.min(tally.firstDiffering, line) }
  }
  return events.some(({ event }) => event.type === 'EntryDeclined')
    ? { ...tally, position, rejected: tally.rejected + 1 }
    : { ...tally, position, accepted: tally.accepted + 1 }
}

/**
 * All rows of a tally.
 *
 * @category destructors
 * @since 0.1.0
 */
const rows = ({ accepted, rejected, duplicates }: Tally): number => accepted + rejected + duplicates

/**
 * Functions on {@link Tally}; `empty` is that of no rows.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Tally = { empty, add, rows } as const
