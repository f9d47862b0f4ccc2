import type { SnapshotStore } from '@foldlog/core'
import { SnapshotInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import type { Statements } from '../schema/Statements.ts'

/** Stores snapshots. Sending one again changes nothing, so a retry after a lost connection is safe. */
export const snapshotsOn = (
  { query }: RetryingClient,
  statements: Statements,
): Pick<SnapshotStore, 'saveSnapshot'> => ({
  saveSnapshot: (snapshot) => async () => {
    const checked = SnapshotInput.save(snapshot)
    if (E.isLeft(checked)) return checked
    const { stream, version, schemaVersion, state, history } = snapshot
    const result = await query(statements.saveSnapshot, [
      stream,
      `${schemaVersion}`,
      `${version}`,
      JSON.stringify(state),
      historyUuidOrNull(history),
    ])
    return E.isLeft(result) ? result : E.right(undefined)
  },
})
