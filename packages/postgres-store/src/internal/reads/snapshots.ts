import { Json, LogPosition, type SnapshotStore, StreamName } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import type { Statements } from '../schema/Statements.ts'
import { invalidSchemaVersion, isSchemaVersion } from './streams.ts'

/** Stores snapshots. Sending one again changes nothing, so a retry after a lost connection is safe. */
export const snapshotsOn = (
  { query }: RetryingClient,
  statements: Statements,
): Pick<SnapshotStore, 'saveSnapshot'> => ({
  saveSnapshot: (snapshot) => async () => {
    if (typeof snapshot !== 'object' || snapshot === null) return rejectInput('snapshot', 'must be an object')
    const { stream, version, schemaVersion, state, history } = snapshot
    const name = StreamName.parse(stream)
    if (E.isLeft(name)) return name
    if (!Number.isSafeInteger(version) || version < 1) {
      return rejectInput('version', `must be an integer from 1 up, is ${version}`)
    }
    if (!isSchemaVersion(schemaVersion)) return invalidSchemaVersion(schemaVersion)
    const checked = Json.check('state')(state)
    if (E.isLeft(checked)) return checked
    const checkedHistory = history === undefined ? checked : LogPosition.checkHistory(history)
    if (E.isLeft(checkedHistory)) return checkedHistory
    const text = JSON.stringify(checked.right)
    const result = await query(statements.saveSnapshot, [
      stream,
      `${schemaVersion}`,
      `${version}`,
      text,
      historyUuidOrNull(history),
    ])
    return E.isLeft(result) ? result : E.right(undefined)
  },
})
