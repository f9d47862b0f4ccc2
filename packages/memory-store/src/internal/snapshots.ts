import { type HistoryId, Json, LogPosition, type SnapshotStore, StreamName } from '@foldlog/core'
import { ReadStreamOptions, rejectInput, type SnapshotPage } from '@foldlog/core/store'
import { either as E, function as F, option as O } from 'fp-ts'
import { currentHistory, verifyPosition } from './histories.ts'
import { checkRunning, findReadable, type Log, type Stream, toRecordedEvent } from './Log.ts'

const integer = (what: string, value: number, max: number) =>
  Number.isSafeInteger(value) && value >= 1 && value <= max
    ? E.right(value)
    : rejectInput(what, `must be an integer from 1 to ${max}, is ${value}`)

const checkSchemaVersion = (schemaVersion: number) => integer('schemaVersion', schemaVersion, 32_767)

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
  readFromSnapshot: (stream, schemaVersion, count) => async () =>
    F.pipe(
      E.Do,
      E.bind('name', () => StreamName.parse(stream)),
      E.bind('options', () => ReadStreamOptions.check(count === undefined ? {} : { count })),
      E.bind('shape', () => checkSchemaVersion(schemaVersion)),
      E.chainFirstW(checkRunning(log)),
      E.bindW('stream', ({ name }) => findReadable(log, name)),
      E.map(({ name, stream, shape, options }) => readSnapshotPage(log, name, stream, shape, options.count)),
    ),

  saveSnapshot: (snapshot) => async () => {
    if (typeof snapshot !== 'object' || snapshot === null) return rejectInput('snapshot', 'must be an object')
    return F.pipe(
      E.Do,
      E.bind('name', () => StreamName.parse(snapshot.stream)),
      E.bind('version', () => integer('version', snapshot.version, Number.MAX_SAFE_INTEGER)),
      E.bind('shape', () => checkSchemaVersion(snapshot.schemaVersion)),
      E.bind('state', () => Json.check('state')(snapshot.state)),
      E.chainFirst(() => (snapshot.history === undefined ? E.right('') : LogPosition.checkHistory(snapshot.history))),
      E.chainFirstW(checkRunning(log)),
      E.map(({ name, version, shape, state }) =>
        keepSnapshot(log, name, shape, version, JSON.stringify(state), snapshot.history),
      ),
    )
  },
})
