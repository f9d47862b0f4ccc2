import type { Event, EventStore, StreamName } from '@foldlog/core'
import { rejectInput, UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HistoryEntry, HistoryOptions, HistoryPage } from '../HistoryPage.ts'
import type { Loaded } from '../Loaded.ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import { failed, isVersion, loadedOf, notFound, type PastStates, type StreamRead } from './PastStates.ts'
import { continues, foldPage, initialState, type LoadedState, maxFolds, rewoundDuringReads } from './StateLoader.ts'

/** Reads a page of the history of a stream. */
export type ReadHistory = (
  aggregate: ErasedAggregate,
  stream: StreamName,
  options: HistoryOptions<unknown>,
) => Promise<StreamRead<HistoryPage<Event, unknown>>>

/**
 * A page is read in the history of the log in which the state before it was read. So all pages that are begun after the
 * last state of another one are of one stream, although the log may be rewound between them.
 */
export const makeReadHistory = (store: Pick<EventStore, 'readStream'>, past: PastStates): ReadHistory => {
  /** The state after which a page begins. */
  const loadAfter = async (
    aggregate: ErasedAggregate,
    stream: StreamName,
    after: HistoryOptions<unknown>['after'] = 0,
  ): Promise<StreamRead<Loaded<unknown>>> => {
    if (after === 0) return { result: E.right(loadedOf(stream, initialState(aggregate))), empty: false }
    if (isVersion(after)) return past.load(aggregate, stream, after)
    // A proxy may throw when it is looked at.
    const known = UserCode.run('after', () =>
      typeof after === 'object' && after !== null && isVersion(after.version) ? { ...after } : undefined,
    )
    if (E.isLeft(known) || known.right === undefined) {
      const rejected = rejectInput('after', 'must be a version, an integer from 0 up, or a loaded state')
      return { result: rejected, empty: false }
    }
    return known.right.stream === stream
      ? { result: E.right(known.right), empty: false }
      : { result: rejectInput('after', `must be a state of ${stream}, not of ${known.right.stream}`), empty: false }
  }

  return async (aggregate, stream, { after, count }) => {
    for (let folds = 0; folds < maxFolds; folds++) {
      const { result, empty } = await loadAfter(aggregate, stream, after)
      if (E.isLeft(result)) return { result, empty }
      const from: LoadedState = { ...result.right, snapshotAt: 0 }
      const read = await store.readStream(stream, {
        from: from.version + 1,
        ...(count === undefined ? undefined : { count }),
      })()
      if (E.isLeft(read)) return failed(read.left)
      const page = read.right
      if (!continues(from, page)) {
        if (typeof after === 'object') return notFound(stream, from.version, page.version, true)
        continue
      }
      const entries: Array<HistoryEntry<Event, unknown>> = []
      const folded = foldPage(aggregate, from, page, undefined, (recorded, events, state) => {
        entries.push({ recorded, events, state })
      })
      if (E.isLeft(folded)) return failed(folded.left)
      const { version, history, end } = page
      const last = loadedOf(stream, folded.right)
      return { result: E.right({ stream, version, history, entries, last, end }), empty: version === 0 }
    }
    return failed(rewoundDuringReads)
  }
}
