import type { AnyAggregate } from '@foldlog/core'
import { type Event, StreamName } from '@foldlog/core'
import { rejectInput, storeUnavailable, UserCode } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { LoadError, VersionNotFound } from '../DispatchError.ts'
import type { HistoryOptions, HistoryPage } from '../HistoryPage.ts'
import type { LoadOptions } from '../Load.ts'
import type { Loaded } from '../Loaded.ts'
import { type ErasedAggregate, erase } from './ErasedAggregate.ts'
import type { PastStates, StreamRead } from './PastStates.ts'
import type { StateCache } from './StateCache.ts'
import type { ReadHistory } from './StreamHistory.ts'
import { maxResolutions, resolutionFailed, type StreamResolver } from './StreamResolver.ts'

/** The parts that the reads use. */
export interface StateReadParts {
  readonly states: StateCache
  readonly past: PastStates
  readonly readHistory: ReadHistory
  readonly resolver: StreamResolver
}

/** Reads states of aggregates whose types are erased. */
export interface StateReads {
  readonly load: (
    aggregate: AnyAggregate,
    id: string,
    options?: LoadOptions,
  ) => TE.TaskEither<LoadError | VersionNotFound, Loaded<unknown>>
  readonly history: (
    aggregate: AnyAggregate,
    id: string,
    options?: HistoryOptions<unknown>,
  ) => TE.TaskEither<LoadError | VersionNotFound, HistoryPage<Event, unknown>>
}

type Read<A> = (aggregate: ErasedAggregate, stream: StreamName) => Promise<StreamRead<A>>

/** Reads of the states of aggregates by id, each from the stream that has the aggregate's events. */
export const makeStateReads = ({ states, past, readHistory, resolver }: StateReadParts): StateReads => {
  /** Finds the stream of an aggregate and reads it. A found stream that has lost its events is looked up again. */
  const readStreamOf =
    <A>(aggregate: AnyAggregate, id: string, read: Read<A>): TE.TaskEither<LoadError | VersionNotFound, A> =>
    async () => {
      const category = UserCode.run('category', () => aggregate.category)
      if (E.isLeft(category)) return rejectInput('aggregate', `must be an aggregate: ${category.left.why}`)
      const name = StreamName.make(category.right, id)
      if (E.isLeft(name)) return name
      const erased = erase(aggregate)
      try {
        for (let attempts = 0; attempts < maxResolutions; attempts++) {
          const resolved = await resolver.resolve(erased, name.right)
          if (E.isLeft(resolved)) return resolved
          const { stream, found } = resolved.right
          const { result, empty } = await read(erased, stream)
          if (!empty || !found) return result
          resolver.forget(name.right)
        }
        return E.left(resolutionFailed)
      } catch (cause) {
        return E.left(storeUnavailable('the store threw', false, cause))
      }
    }

  const readCurrent: Read<Loaded<unknown>> = async (aggregate, stream) => {
    const loaded = await states.load(aggregate, stream, states.cached(stream))
    if (E.isLeft(loaded)) return { result: loaded, empty: false }
    const { state, version, history } = loaded.right
    return { result: E.right({ stream, state, version, history }), empty: version === 0 }
  }

  return {
    load: (aggregate, id, options) => {
      const at = options?.at
      return readStreamOf(
        aggregate,
        id,
        at === undefined ? readCurrent : (erased, stream) => past.load(erased, stream, at),
      )
    },
    history: (aggregate, id, options) =>
      readStreamOf(aggregate, id, (erased, stream) => readHistory(erased, stream, options ?? {})),
  }
}
