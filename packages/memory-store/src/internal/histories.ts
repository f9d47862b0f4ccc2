import type { HistoryId, LogPosition, LogRewound } from '@foldlog/core'
import { logRewound } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/** A history of the log. It shares every event up to `begins` with the previous history. */
export interface History {
  readonly id: HistoryId
  readonly begins: number
  /** Unique in this process. */
  readonly number: number
}

/** All histories of a log, oldest first; the last one is the current one. */
export type Histories = readonly [...ReadonlyArray<History>, History]

/**
 * The number of histories in this process, so that its stores never share an id. No store outlives its process, so a
 * counter is enough.
 */
let historyCount = 0

export const newHistory = (begins: number): History => {
  const number = ++historyCount
  return { id: `memory-${number}`, begins, number }
}

export const currentHistory = (histories: Histories): HistoryId => (histories.at(-1) as History).id // There is one at least.

/**
 * Returns the epoch after another one. Epochs go back with the log, and a worker may still have a lease of the lost
 * log: so after a rewind they rise by a number that no other history has.
 */
export const nextEpoch = (histories: Histories, epoch: number): number => {
  const { number } = histories.at(-1) as History // There is one at least.
  return epoch + 1 + (histories.length === 1 ? 0 : number * 1_000_000)
}

/**
 * Returns the last position that a history shares with the current log; `null` for a history that this log does not
 * know.
 */
const lastCommonPosition = (histories: Histories, id: HistoryId): number | null => {
  const index = histories.findIndex((one) => one.id === id)
  if (index < 0) return null
  return Math.min(Number.POSITIVE_INFINITY, ...histories.slice(index + 1).map(({ begins }) => begins))
}

/** Checks that a place is in the log that ends at `end`. The beginning of a log is the same in all histories. */
export const verifyPosition = (
  histories: Histories,
  end: number,
  { position, history }: Omit<LogPosition, 'history'> & Partial<LogPosition>,
): E.Either<LogRewound, void> => {
  if (position === 0) return E.right(undefined)
  const common = history === undefined ? Number.POSITIVE_INFINITY : lastCommonPosition(histories, history)
  if (common !== null && position <= Math.min(common, end)) return E.right(undefined)
  return E.left(
    logRewound(position, history ?? null, currentHistory(histories), common === null ? null : Math.min(common, end)),
  )
}
