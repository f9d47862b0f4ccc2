import type { HistoryId } from '@foldlog/core'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * A history that no log has: the server would refuse a text that is not a uuid, and such a history is simply not one of
 * this log.
 */
const unknown = '00000000-0000-0000-0000-000000000000'

/** A history as the functions of the store take it. */
export const historyText = (history: HistoryId): string => (uuid.test(history) ? history : unknown)

/** The same of one that may be absent. */
export const historyOrNull = (history: HistoryId | null | undefined): string | null =>
  history === null || history === undefined ? null : historyText(history)
