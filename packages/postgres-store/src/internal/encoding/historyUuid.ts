import type { HistoryId } from '@foldlog/core'

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * A history that no log has. It replaces a text that is not a uuid, which the server would reject: such a history does
 * not belong to this log.
 */
const unknownHistory = '00000000-0000-0000-0000-000000000000'

/** Encodes a history for the SQL functions. */
export const historyUuid = (history: HistoryId): string => (uuidPattern.test(history) ? history : unknownHistory)

/** Encodes a history that may be absent. */
export const historyUuidOrNull = (history: HistoryId | null | undefined): string | null =>
  history === null || history === undefined ? null : historyUuid(history)
