import {
  type EventStore,
  type Logger,
  Problems,
  type RecordedEvent,
  type Snapshot,
  type SnapshotStore,
  type StreamName,
  type StreamSlice,
} from '@foldlog/core'
import { either as E, option as O } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import type { LoadError } from '../DispatchError.ts'
import { attempt } from './attempting.ts'
import type { Erased } from './Erased.ts'

/** The state of a stream after its event `version`. `snapshotAt` is the version of the newest snapshot known to be kept, 0 for none. */
export interface State {
  readonly state: unknown
  readonly version: number
  readonly snapshotAt: number
}

type Loading = Promise<E.Either<LoadError, State>>

/**
 * States of streams: kept in a bounded cache, which is never trusted, and read from the store.
 */
export interface States {
  /** What the cache holds, which others may have left behind. No round trip. */
  readonly cached: (stream: StreamName) => State | undefined
  /** The state as it is now: what `known` misses is read, or all of it. One round trip for each page. */
  readonly current: (aggregate: Erased, stream: StreamName, known: State | undefined) => Loading
  /** Keeps a state after an append, and a snapshot of it when one is due. */
  readonly keep: (aggregate: Erased, stream: StreamName, state: State) => void
  readonly forget: (stream: StreamName) => void
  /** Waits for the snapshots that are being saved. */
  readonly settled: () => Promise<void>
}

export interface StatesOptions {
  readonly store: Pick<EventStore, 'readStream'>
  readonly snapshots: SnapshotStore | undefined
  readonly size: number
  readonly logger: Logger
}

export const makeStates = ({ store, snapshots, size, logger }: StatesOptions): States => {
  const cache = new LRUCache<StreamName, State>({ max: size })
  /** One for each stream at most: a store that is slower than the commands is not given more and more of them. */
  const saving = new Map<StreamName, Promise<void>>()

  const foldOn = (aggregate: Erased, from: State, events: ReadonlyArray<RecordedEvent>): E.Either<LoadError, State> => {
    let { state, version } = from
    for (const recorded of events) {
      const decoded = aggregate.events.decode(recorded)
      if (E.isLeft(decoded)) return decoded
      const folded = attempt(`evolve of ${recorded.type}`, () =>
        decoded.right.reduce((s, e) => aggregate.decider.evolve(s, e), state),
      )
      if (E.isLeft(folded)) return folded
      state = folded.right
      version = recorded.version
    }
    return E.right({ state, version, snapshotAt: from.snapshotAt })
  }

  const readOn = async (aggregate: Erased, stream: StreamName, from: State): Loading => {
    let known = from
    for (;;) {
      const slice = await store.readStream(stream, { from: known.version + 1 })()
      if (E.isLeft(slice)) return slice
      const folded = foldOn(aggregate, known, slice.right.events)
      if (E.isLeft(folded)) return folded
      known = folded.right
      if (slice.right.end) return reached(aggregate, stream, slice.right, known)
    }
  }

  /** A stream that is shorter than what was known is not the stream that was known: the store was restored, say. */
  const reached = (aggregate: Erased, stream: StreamName, slice: StreamSlice, known: State): Loading =>
    known.version <= slice.version ? Promise.resolve(E.right(known)) : readOn(aggregate, stream, initial(aggregate))

  const initial = ({ decider }: Erased): State => ({ state: decider.initialState, version: 0, snapshotAt: 0 })

  /** A snapshot that its codec does not know is as good as none. */
  const fromSnapshot = (aggregate: Erased, snapshot: O.Option<Snapshot>): O.Option<State> => {
    if (O.isNone(snapshot)) return O.some(initial(aggregate))
    const { version, state } = snapshot.value
    const decoded = attempt('snapshot', () => aggregate.snapshot?.codec.decode(state) ?? E.left([]))
    if (E.isRight(decoded) && E.isRight(decoded.right)) {
      return O.some({ state: decoded.right.right, version, snapshotAt: version })
    }
    logger.warn('a snapshot cannot be decoded, the stream is folded instead', {
      stream: snapshot.value.stream,
      version,
    })
    return O.none
  }

  const load = async (aggregate: Erased, stream: StreamName): Loading => {
    if (aggregate.snapshot === undefined || snapshots === undefined)
      return readOn(aggregate, stream, initial(aggregate))
    const read = await snapshots.readFromSnapshot(stream, aggregate.snapshot.schemaVersion)()
    if (E.isLeft(read)) return read
    const { snapshot, slice } = read.right
    const from = fromSnapshot(aggregate, snapshot)
    if (O.isNone(from)) return readOn(aggregate, stream, initial(aggregate))
    const folded = foldOn(aggregate, from.value, slice.events)
    if (E.isLeft(folded)) return folded
    return slice.end ? reached(aggregate, stream, slice, folded.right) : readOn(aggregate, stream, folded.right)
  }

  const save = (aggregate: Erased, stream: StreamName, { state, version }: State) => {
    if (aggregate.snapshot === undefined || snapshots === undefined) return
    const { schemaVersion, codec } = aggregate.snapshot
    const encoded = attempt('snapshot', () => codec.encode(state))
    const failed = (why: unknown) => logger.warn('a snapshot could not be saved', { stream, version, why })
    if (E.isLeft(encoded)) return failed(encoded.left.why)
    // One that its own codec refuses would be read in vain by every process.
    const decoded = attempt('snapshot', () => codec.decode(encoded.right))
    if (E.isLeft(decoded)) return failed(decoded.left.why)
    if (E.isLeft(decoded.right)) return failed(Problems.of(decoded.right.left, 'state'))
    // saveSnapshot checks that it is JSON.
    const snapshot: Snapshot = { stream, version, schemaVersion, state: encoded.right as Snapshot['state'] }
    // Within `then`, so that a store that throws fails the snapshot alone, not the commands whose append is stored.
    const work = Promise.resolve()
      .then(() => snapshots.saveSnapshot(snapshot)())
      .then((saved) => (E.isLeft(saved) ? failed(saved.left) : undefined), failed)
      .finally(() => saving.delete(stream))
    saving.set(stream, work)
  }

  return {
    cached: (stream) => cache.get(stream),
    current: async (aggregate, stream, known) => {
      const state = await (known === undefined ? load(aggregate, stream) : readOn(aggregate, stream, known))
      if (E.isRight(state)) cache.set(stream, state.right)
      else cache.delete(stream)
      return state
    },
    keep: (aggregate, stream, state) => {
      const { snapshot } = aggregate
      const due = snapshot !== undefined && state.version - state.snapshotAt >= snapshot.every && !saving.has(stream)
      if (due) save(aggregate, stream, state)
      cache.set(stream, due ? { ...state, snapshotAt: state.version } : state)
    },
    forget: (stream) => void cache.delete(stream),
    settled: async () => {
      await Promise.all(saving.values())
    },
  }
}
