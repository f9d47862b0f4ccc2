import {
  type Append,
  type AppendError,
  type Appended,
  type DeleteError,
  type EventId,
  ExpectedVersion,
  type HistoryId,
  type RecordedEvent,
  type StreamName,
} from '@foldlog/core'
import {
  eventIdReused,
  type ReadStreamOptions,
  type Snapshot,
  type StreamInfo,
  type StreamPage,
  streamDeleted,
  streamNotFound,
  versionConflict,
  versionConflictOf,
} from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/** A stored append: its ids in order, and its result. */
export interface StoredAppend extends Appended {
  readonly ids: ReadonlyArray<EventId>
}

/** A store as a value: the list of its events, its appends, deletions and snapshots. */
export interface Model {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly appends: ReadonlyArray<StoredAppend>
  readonly deleted: ReadonlySet<StreamName>
  readonly snapshots: ReadonlyArray<Snapshot>
  /** The highest position that a reader of the log has got. */
  readonly settledPosition: number
  /**
   * The history that the first answer named. Nothing is rewound, so all others must name the same. Empty before the
   * first answer.
   */
  readonly history: HistoryId
}

export const emptyModel: Model = {
  events: [],
  appends: [],
  deleted: new Set(),
  snapshots: [],
  settledPosition: 0,
  history: '',
}

export const eventsOf = ({ events }: Model, stream: StreamName): ReadonlyArray<RecordedEvent> =>
  events.filter((event) => event.stream === stream)

export const versionOf = (model: Model, stream: StreamName): number => eventsOf(model, stream).length

const isRepeated = ({ stream, events }: Append, earlier: StoredAppend): boolean =>
  stream === earlier.stream &&
  events.length === earlier.ids.length &&
  events.every(({ id }, i) => id === earlier.ids[i])

/** Returns the earlier append that this one repeats, `undefined` when its ids are new, or the error of a reused id. */
const repeatedBy = (model: Model, append: Append): E.Either<AppendError, StoredAppend | undefined> => {
  for (const { id } of append.events) {
    const known = model.appends.find(({ ids }) => ids.includes(id))
    if (known !== undefined)
      return isRepeated(append, known) ? E.right(known) : E.left(eventIdReused(append.stream, id))
  }
  return E.right(undefined)
}

/**
 * Returns the earlier appends that these repeat, `undefined` when all are new, or the reason why they cannot be stored
 * together.
 */
export const outcomeOf = (
  model: Model,
  appends: ReadonlyArray<Append>,
): E.Either<AppendError, ReadonlyArray<StoredAppend> | undefined> => {
  const gone = appends.find(({ stream }) => model.deleted.has(stream))
  if (gone !== undefined) return E.left(streamDeleted(gone.stream))
  const repeated: Array<StoredAppend> = []
  for (const append of appends) {
    const verdict = repeatedBy(model, append)
    if (E.isLeft(verdict)) return verdict
    if (verdict.right !== undefined) repeated.push(verdict.right)
  }
  const [earlier] = repeated
  const [id] = earlier?.ids ?? []
  if (earlier && id) {
    return repeated.length === appends.length ? E.right(repeated) : E.left(eventIdReused(earlier.stream, id))
  }
  const checks = appends.flatMap((append) => append.checks ?? [])
  const missed = checks.find(({ stream }) => model.deleted.has(stream))
  if (missed !== undefined) return E.left(streamDeleted(missed.stream))
  const conflicts = [...appends, ...checks].flatMap(({ stream, expected }) => {
    const actual = versionOf(model, stream)
    return ExpectedVersion.accepts(expected, actual) ? [] : [{ stream, expected, actual }]
  })
  const conflict = versionConflictOf(conflicts)
  return conflict === undefined ? E.right(undefined) : E.left(conflict)
}

/** The model after an append was stored with this result. */
export const written = (model: Model, { stream, events }: Append, result: Appended): Model => ({
  ...model,
  events: [
    ...model.events,
    ...events.map((event, i) => ({
      ...event,
      stream,
      version: result.firstVersion + i,
      position: result.positions[i] ?? 0,
      recordedAt: result.recordedAt,
    })),
  ],
  appends: [...model.appends, { ...result, ids: events.map(({ id }) => id) }],
})

export const infoOf = (model: Model, stream: StreamName): StreamInfo => {
  const version = versionOf(model, stream)
  return { stream, version, status: model.deleted.has(stream) ? 'deleted' : version === 0 ? 'missing' : 'open' }
}

export const pageOf = (
  model: Model,
  stream: StreamName,
  { from, count = 1_000, direction }: ReadStreamOptions,
): StreamPage => {
  const all = eventsOf(model, stream)
  const reached =
    direction === 'backward'
      ? [...all].reverse().filter(({ version }) => version <= (from ?? version))
      : all.filter(({ version }) => version >= (from ?? 0))
  const { history } = model
  return { stream, version: all.length, events: reached.slice(0, count), end: reached.length <= count, history }
}

/** Returns the reason why a stream cannot be deleted, or the model without it. */
export const withoutStream = (
  model: Model,
  stream: StreamName,
  expected: ExpectedVersion,
): E.Either<DeleteError, Model> => {
  const actual = versionOf(model, stream)
  if (actual === 0) return E.left(streamNotFound(stream))
  if (model.deleted.has(stream)) return E.left(streamDeleted(stream))
  if (!ExpectedVersion.accepts(expected, actual)) return E.left(versionConflict(stream, expected, actual))
  const snapshots = model.snapshots.filter((snapshot) => snapshot.stream !== stream)
  return E.right({ ...model, deleted: new Set([...model.deleted, stream]), snapshots })
}

export const snapshotOf = (model: Model, stream: StreamName, schemaVersion: number): Snapshot | undefined =>
  model.snapshots.find((one) => one.stream === stream && one.schemaVersion === schemaVersion)

/** Keeps a snapshot of an open stream up to its end, unless an equally new one is kept. */
export const withSnapshot = (model: Model, snapshot: Snapshot): Model => {
  const { stream, schemaVersion, version } = snapshot
  const kept = snapshotOf(model, stream, schemaVersion)
  const isKept = model.deleted.has(stream) || versionOf(model, stream) < version || (kept?.version ?? 0) >= version
  return isKept ? model : { ...model, snapshots: [...model.snapshots.filter((one) => one !== kept), snapshot] }
}
