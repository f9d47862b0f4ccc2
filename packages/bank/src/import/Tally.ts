import type { Dispatched } from '@foldlog/dispatcher'
import type { AccountEvent } from '../account/Events.ts'

/**
 * What became of the rows of a file, in numbers of rows. `rejected` were declined now; what was handled by an earlier run, accepted or declined, is
 * among the `duplicates`. `position` is that of the last of their events in the log.
 *
 * @category model
 * @since 0.1.0
 */
export interface Tally {
  readonly accepted: number
  readonly rejected: number
  readonly duplicates: number
  readonly position: number
}

const empty: Tally = { accepted: 0, rejected: 0, duplicates: 0, position: 0 }

/**
 * The tally with one more row.
 *
 * @category combinators
 * @since 0.1.0
 */
const add = (tally: Tally, { events, duplicate }: Dispatched<AccountEvent>): Tally => {
  const position = Math.max(tally.position, ...events.map((event) => event.position))
  if (duplicate) return { ...tally, position, duplicates: tally.duplicates + 1 }
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
