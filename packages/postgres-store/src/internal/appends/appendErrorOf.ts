import type { AppendError } from '@foldlog/core'
import { type CheckedAppend, eventIdReused, storeUnavailable } from '@foldlog/core/store'
import type { StatementFailure } from '../client/classifyError.ts'
import { eventIdOf } from '../encoding/uuid.ts'

// The server quotes the name when the role has set `quote_all_identifiers`.
const duplicateIdPattern = /\("?id"?\)=\(([0-9a-f-]{36})\)/

/** Maps the server's rejection of a single append to the error for its caller. */
export const appendErrorOf = (parts: ReadonlyArray<CheckedAppend>, failure: StatementFailure): AppendError => {
  if (failure._tag !== 'DuplicateId') return failure.error
  // The server names the first duplicate id. It hides the id from a role that may not read the table; then the first id
  // of the append is reported.
  const uuid = duplicateIdPattern.exec(failure.detail)?.[1]
  const duplicate = uuid === undefined ? undefined : eventIdOf(uuid)
  const part = parts.find(({ events }) => events.some(({ id }) => id === duplicate)) ?? parts[0]
  const id = duplicate ?? part?.events[0]?.id
  return part === undefined || id === undefined
    ? storeUnavailable('an event id is already stored', false, failure.detail)
    : eventIdReused(part.stream, id)
}
