import type { HistoryId, Json, SnapshotStore, StreamName } from '@foldlog/core'
import { SnapshotInput, type SnapshotPage } from '@foldlog/core/store'
import { either as E, function as F, option as O } from 'fp-ts'
import { currentHistory, verifyPosition } from './histories.ts'
import { checkRunning, findReadable, type Log, type Stream, toRecordedEvent } from './Log.ts'

const readSnapshotPage = (
  log: Log,
  stream: StreamName,
  of: Stream | undefined,
  schemaVersion: number,
  count: number,
): SnapshotPage => {
  const kept = of?.snapshots.get(schemaVersion)
  const [version, behind] = [of?.events.length ?? 0, kept?.version ?? 0]
  const events = (of?.events ?? []).slice(behind, behind + count).map(toRecordedEvent)
  // saveSnapshot made the text from JSON.
  const snapshot = kept && { stream, version: behind, schemaVersion, state: JSON.parse(kept.state) as Json }
  const end = behind + events.length >= version
  const history = currentHistory(log.histories)
  return { snapshot: O.fromNullable(snapshot), page: { stream, version, events, end, history } }
}

/** Whether the events from which a snapshot was folded are those of the stream, as far as its history shows. */
const matchesHistory = (log: Log, stream: Stream, version: number, history: HistoryId | undefined): boolean => {
  const position = stream.events[version - 1]?.position
  if (position === undefined || history === undefined) return true
  return E.isRight(verifyPosition(log.histories, log.events.length, { position, history }))
}

/**
 * Stores a snapshot of a stream that exists and has reached its version, unless one of the same or a newer version is
 * stored.
 */
const keepSnapshot = (
  log: Log,
  name: StreamName,
  schemaVersion: number,
  version: number,
  state: string,
  history: HistoryId | undefined,
): void => {
  const stream = log.streams.get(name)
  const kept = stream?.snapshots.get(schemaVersion)?.version ?? 0
  if (stream === undefined || stream.deleted || stream.events.length < version || kept >= version) return
  if (!matchesHistory(log, stream, version, history)) return
  stream.snapshots.set(schemaVersion, { version, state })
}

export const snapshotsOf = (log: Log): SnapshotStore => ({
  readFromSnapshot: (name, schemaVersion, count) => async () =>
    F.pipe(
      SnapshotInput.read(name, schemaVersion, count),
      E.chainFirstW(checkRunning(log)),
      E.bindTo('count'),
      E.bindW('stream', () => findReadable(log, name)),
      E.map((found) => readSnapshotPage(log, name, found.stream, schemaVersion, found.count)),
    ),

  saveSnapshot: (snapshot) => async () =>
    F.pipe(
      SnapshotInput.save(snapshot),
      E.chainFirstW(checkRunning(log)),
      E.map(() => {
        const { stream, schemaVersion, version, state, history } = snapshot
        return keepSnapshot(log, stream, schemaVersion, version, JSON.stringify(state), history)
      }),
    ),
})
