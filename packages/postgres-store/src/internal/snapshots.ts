import { Json, LogPlace, refuse, type SnapshotStore, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { historyOrNull } from './historyText.ts'
import type { Requests } from './Requests.ts'
import type { Statements } from './statements.ts'
import { isSchemaVersion, refuseSchemaVersion } from './streams.ts'

/** Keeping snapshots. Sending one again changes nothing, so it is safe after a lost connection. */
export const snapshotsOn = ({ send }: Requests, statements: Statements): Pick<SnapshotStore, 'saveSnapshot'> => ({
  saveSnapshot: (snapshot) => async () => {
    if (typeof snapshot !== 'object' || snapshot === null) return refuse('snapshot', 'must be an object')
    const { stream, version, schemaVersion, state, history } = snapshot
    const name = StreamName.parse(stream)
    if (E.isLeft(name)) return name
    if (!Number.isSafeInteger(version) || version < 1) {
      return refuse('version', `must be an integer from 1 up, is ${version}`)
    }
    if (!isSchemaVersion(schemaVersion)) return refuseSchemaVersion(schemaVersion)
    const checked = Json.check('state')(state)
    if (E.isLeft(checked)) return checked
    const readIn = history === undefined ? checked : LogPlace.checkHistory(history)
    if (E.isLeft(readIn)) return readIn
    const text = JSON.stringify(checked.right)
    const answer = await send(statements.saveSnapshot, [
      stream,
      `${schemaVersion}`,
      `${version}`,
      text,
      historyOrNull(history),
    ])
    return E.isLeft(answer) ? answer : E.right(undefined)
  },
})
