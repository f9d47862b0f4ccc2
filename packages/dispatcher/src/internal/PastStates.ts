import type { HistoryId, StreamName } from '@foldlog/core'
import { rejectInput, type StreamPage, UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { LoadError, VersionNotFound } from '../DispatchError.ts'
import type { Loaded } from '../Loaded.ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import {
  initialState,
  type LoadedState,
  makeStateLoader,
  maxFolds,
  rewoundDuringReads,
  type StateLoaderOptions,
} from './StateLoader.ts'

/**
 * What was read of a stream. `empty` means that the stream had no events, so a stream that was found under this name
 * must be looked up again: see `StreamResolver`.
 */
export interface StreamRead<A> {
  readonly result: E.Either<LoadError | VersionNotFound, A>
  readonly empty: boolean
}

/**
 * States of streams in the past, read from the store. They are neither taken from the state cache nor kept in it: the
 * cache has the newest states only, from which commands are decided.
 *
 * A state is always folded from a prefix of its stream, never from a selection of its events. So a time must become a
 * version. The times of a stream may descend when the clock of the store is set back. But an event was decided on the
 * events before it, so it was recorded after them, even when the clock was set back. Therefore the version at a time is
 * that of the last event with this time or an earlier one: the state has every event that was recorded at or before the
 * time.
 */
export interface PastStates {
  readonly load: (
    aggregate: ErasedAggregate,
    stream: StreamName,
    at: number | Date,
  ) => Promise<StreamRead<Loaded<unknown>>>
}

/** A version of a stream in a history of the log. `actual` is that of the stream's last event. */
interface Place {
  readonly version: number
  readonly history: HistoryId
  readonly actual: number
}

export const failed = (error: LoadError): StreamRead<never> => ({ result: E.left(error), empty: false })

export const notFound = (stream: StreamName, version: number, actual: number, rewound = false): StreamRead<never> => ({
  result: E.left({ _tag: 'VersionNotFound', stream, version, actual, ...(rewound ? { rewound } : undefined) }),
  empty: actual === 0,
})

export const loadedOf = (stream: StreamName, { state, version, history }: LoadedState): Loaded<unknown> => ({
  stream,
  state,
  version,
  history,
})

/** Whether a value can be the version of a stream, 0 for a stream without events. */
export const isVersion = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const isTime = (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime())

export const makePastStates = (options: StateLoaderOptions): PastStates => {
  const { store } = options
  const loader = makeStateLoader(options)

  /** Reads backwards to the last event that was recorded at or before a time; `undefined` after a rewind meanwhile. */
  const findTime = async (stream: StreamName, time: Date): Promise<E.Either<LoadError, Place | undefined>> => {
    let last: StreamPage | undefined
    for (;;) {
      const from = last?.events.at(-1)?.version
      const page = await store.readStream(stream, {
        direction: 'backward',
        ...(from === undefined ? undefined : { from: from - 1 }),
      })()
      if (E.isLeft(page)) return page
      const { events, end, history, version: actual } = page.right
      if (last !== undefined && (last.history !== history || actual < last.version)) return E.right(undefined)
      const found = events.find(({ recordedAt }) => recordedAt.getTime() <= time.getTime())
      if (found !== undefined || end) return E.right({ version: found?.version ?? 0, history, actual })
      last = page.right
    }
  }

  /** The state at a place of the stream; `undefined` when the log was rewound since the place was found. */
  const loadPlace = async (
    aggregate: ErasedAggregate,
    stream: StreamName,
    { version, history, actual }: Place,
  ): Promise<StreamRead<Loaded<unknown>> | undefined> => {
    if (version === 0) {
      return { result: E.right(loadedOf(stream, { ...initialState(aggregate), history })), empty: actual === 0 }
    }
    const loaded = await loader.load(aggregate, stream, version)
    if (E.isLeft(loaded)) return failed(loaded.left)
    return loaded.right.version === version && loaded.right.history === history
      ? { result: E.right(loadedOf(stream, loaded.right)), empty: false }
      : undefined
  }

  const loadTime = async (aggregate: ErasedAggregate, stream: StreamName, time: Date) => {
    for (let folds = 0; folds < maxFolds; folds++) {
      const place = await findTime(stream, time)
      if (E.isLeft(place)) return failed(place.left)
      const read = place.right === undefined ? undefined : await loadPlace(aggregate, stream, place.right)
      if (read !== undefined) return read
    }
    return failed(rewoundDuringReads)
  }

  const loadVersion = async (aggregate: ErasedAggregate, stream: StreamName, version: number) => {
    // The initial state is that of every stream; the read says whether the stream exists.
    const loaded =
      version === 0 ? await store.readStream(stream, { count: 1 })() : await loader.load(aggregate, stream, version)
    if (E.isLeft(loaded)) return failed(loaded.left)
    const { version: actual, history } = loaded.right
    if (actual < version) return notFound(stream, version, actual)
    const state = 'state' in loaded.right ? loaded.right : { ...initialState(aggregate), history }
    return { result: E.right(loadedOf(stream, state)), empty: actual === 0 }
  }

  const load: PastStates['load'] = async (aggregate, stream, at) => {
    // A proxy may throw when it is looked at.
    const time = UserCode.run('at', () => (isTime(at) ? new Date(at) : undefined))
    if (E.isRight(time) && time.right !== undefined) return loadTime(aggregate, stream, time.right)
    if (isVersion(at)) return loadVersion(aggregate, stream, at)
    const rejected = rejectInput('at', 'must be a version, an integer from 0 up, or a valid Date')
    return { result: rejected, empty: false }
  }

  return { load }
}
