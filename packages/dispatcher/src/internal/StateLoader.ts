import type { Event, EventStore, HistoryId, Logger, RecordedEvent, SnapshotStore, StreamName } from '@foldlog/core'
import { ownInitialState, type SnapshotPage, type StreamPage, storeUnavailable } from '@foldlog/core/store'
import { either as E, option as O } from 'fp-ts'
import type { LoadError } from '../DispatchError.ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import { foldEvents } from './foldEvents.ts'
import { runUserCode } from './userCode.ts'

/**
 * The state of a stream after its event `version`, in the history `history`. `snapshotAt` is the version of the newest
 * snapshot known to be stored, 0 for none.
 */
export interface LoadedState {
  readonly state: unknown
  readonly version: number
  readonly history: HistoryId
  readonly snapshotAt: number
}

export type LoadResult = Promise<E.Either<LoadError, LoadedState>>

/** Reads the states of streams from the store: a snapshot, and the events after it. */
export interface StateLoader {
  /** Loads the current state, or the state after the event `upTo`, from 1; of a shorter stream, its last state. */
  readonly load: (aggregate: ErasedAggregate, stream: StreamName, upTo?: number) => LoadResult
  /** Reads the events after a known state, or the whole stream when the log has a new history. */
  readonly update: (aggregate: ErasedAggregate, stream: StreamName, known: LoadedState) => LoadResult
}

export interface StateLoaderOptions {
  readonly store: Pick<EventStore, 'readStream'>
  readonly snapshots: SnapshotStore | undefined
  readonly logger: Logger
}

/**
 * Maximum number of folds of one load. A fold begins again only after another rewind; with two servers behind one
 * address this could go on forever.
 */
export const maxFolds = 10

export const rewoundDuringReads = storeUnavailable(
  'the log was rewound during every read of the stream',
  true,
  undefined,
)

export const initialState = ({ decider }: ErasedAggregate): LoadedState => ({
  state: ownInitialState(decider.initialState),
  version: 0,
  history: '',
  snapshotAt: 0,
})

/**
 * Whether a page of a stream continues a state: it was read in the same history, and the stream is not shorter than the
 * state. The beginning of a stream is the same in all histories.
 *
 * A stream that is shorter in the same history was rewound too, because a store begins the new history only with its
 * first append. Until that append, a rewound stream is a prefix of its former self, so a stream that is not shorter has
 * the events of the state.
 */
export const continues = ({ version, history }: LoadedState, page: StreamPage): boolean =>
  version === 0 || (page.history === history && page.version >= version)

/** Called with each event that is folded, and with the state after it. */
type OnEvent = (recorded: RecordedEvent, events: ReadonlyArray<Event>, state: unknown) => void

/** Folds the events of a page after a state, up to a version. */
export const foldPage = (
  aggregate: ErasedAggregate,
  from: LoadedState,
  { events, history }: StreamPage,
  upTo = Number.MAX_SAFE_INTEGER,
  onEvent?: OnEvent,
): E.Either<LoadError, LoadedState> => {
  let { state, version } = from
  for (const recorded of events) {
    if (recorded.version > upTo) break
    const decoded = aggregate.events.decode(recorded)
    if (E.isLeft(decoded)) return decoded
    const folded = runUserCode(`evolve of ${recorded.type}`, () => foldEvents(aggregate.decider, decoded.right, state))
    if (E.isLeft(folded)) return folded
    state = folded.right
    version = recorded.version
    onEvent?.(recorded, decoded.right, state)
  }
  return E.right({ state, version, history, snapshotAt: from.snapshotAt })
}

export const makeStateLoader = ({ store, snapshots, logger }: StateLoaderOptions): StateLoader => {
  /**
   * Reads the rest of a stream from a state. Returns `undefined` when this may not be the stream from which the state
   * was folded. Every page is checked, so the events of two histories are never folded together.
   */
  const foldRest = async (
    aggregate: ErasedAggregate,
    stream: StreamName,
    from: LoadedState,
    upTo?: number,
  ): Promise<E.Either<LoadError, LoadedState | undefined>> => {
    let known = from
    for (;;) {
      const page = await store.readStream(stream, { from: known.version + 1 })()
      if (E.isLeft(page)) return page
      if (!continues(known, page.right)) return E.right(undefined)
      const folded = foldPage(aggregate, known, page.right, upTo)
      if (E.isLeft(folded) || page.right.end || folded.right.version === upTo) return folded
      known = folded.right
    }
  }

  const foldStream = async (
    aggregate: ErasedAggregate,
    stream: StreamName,
    from: LoadedState,
    upTo?: number,
  ): LoadResult => {
    let read = await foldRest(aggregate, stream, from, upTo)
    for (let again = 0; again < maxFolds && E.isRight(read) && read.right === undefined; again++) {
      read = await foldRest(aggregate, stream, initialState(aggregate), upTo)
    }
    if (E.isLeft(read)) return read
    return read.right === undefined ? E.left(rewoundDuringReads) : E.right(read.right)
  }

  /** Decodes a snapshot. One that its codec rejects is ignored. */
  const fromSnapshot = (aggregate: ErasedAggregate, { snapshot, page }: SnapshotPage): O.Option<LoadedState> => {
    if (O.isNone(snapshot)) return O.some(initialState(aggregate))
    const { version, state } = snapshot.value
    const decoded = runUserCode('snapshot', () => aggregate.snapshot?.codec.decode(state) ?? E.left([]))
    if (E.isRight(decoded) && E.isRight(decoded.right)) {
      return O.some({ state: decoded.right.right, version, history: page.history, snapshotAt: version })
    }
    logger.warn('cannot decode a snapshot; folding the whole stream', {
      stream: snapshot.value.stream,
      version,
    })
    return O.none
  }

  const load = async (aggregate: ErasedAggregate, stream: StreamName, upTo = Number.MAX_SAFE_INTEGER): LoadResult => {
    if (aggregate.snapshot === undefined || snapshots === undefined)
      return foldStream(aggregate, stream, initialState(aggregate), upTo)
    const read = await snapshots.readFromSnapshot(stream, aggregate.snapshot.schemaVersion)()
    if (E.isLeft(read)) return read
    const { page } = read.right
    const from = fromSnapshot(aggregate, read.right)
    // A snapshot may be newer than the requested version.
    if (O.isNone(from) || from.value.version > upTo || !continues(from.value, page))
      return foldStream(aggregate, stream, initialState(aggregate), upTo)
    const folded = foldPage(aggregate, from.value, page, upTo)
    return E.isLeft(folded) || page.end || folded.right.version === upTo
      ? folded
      : foldStream(aggregate, stream, folded.right, upTo)
  }

  const update = async (aggregate: ErasedAggregate, stream: StreamName, known: LoadedState): LoadResult => {
    const read = await foldRest(aggregate, stream, known)
    if (E.isLeft(read)) return read
    if (read.right !== undefined) return E.right(read.right)
    const { version, history } = known
    logger.debug('the log has a new history; folding the stream again', { stream, version, history })
    return load(aggregate, stream)
  }

  return { load, update }
}
