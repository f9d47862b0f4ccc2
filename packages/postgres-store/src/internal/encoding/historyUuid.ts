import type { HistoryId } from '@foldlog/core'

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * A history that no log has. It replaces a text that is not a uuid, which the server would refuse: such a history is
 * not one of this log.
 */
const unknownHistory = '00000000-0000-0000-0000-000000000000'

/** A history in the form that the SQL functions take. */
export const historyUuid = (history: HistoryId): string => (uuidPattern.test(history) ? history : unknownHistory)

/** The same for a history that may be absent. */
export const historyUuidOrNull = (history: HistoryId | null | undefined): string | null =>
  history === null || history === undefined ? null : historyUuid(history)
