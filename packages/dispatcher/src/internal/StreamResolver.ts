import { type EventStore, type InvalidInput, type StoreUnavailable, StreamName } from '@foldlog/core'
import { rejectInput, storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import type { ErasedAggregate } from './ErasedAggregate.ts'

/** A stream to work on. `found` means that it had events, in this lookup or an earlier one. */
export interface ResolvedStream {
  readonly stream: StreamName
  readonly found: boolean
}

export type Resolution = E.Either<InvalidInput | StoreUnavailable, ResolvedStream>

/**
 * Finds the stream that has the events of an aggregate: under its category, or under one of its former categories.
 * Streams keep their names forever, so the stream that has events gets the new ones, and new streams begin under the
 * current category.
 *
 * A stream keeps its events as long as the log is not rewound. After a rewind, a stream that was found may be empty,
 * and the events may be stored, now or later, under another name. So nothing is decided on a found stream without
 * events: it is forgotten and looked up again. A decision on a state with events needs no lookup: its append at a
 * version above 0, or the read that confirms it, proves that the events are there.
 */
export interface StreamResolver {
  /**
   * Resolves the stream. No round trip for an aggregate without former categories, nor for a stream that was found
   * before.
   */
  readonly resolve: (aggregate: ErasedAggregate, stream: StreamName) => Resolution | Promise<Resolution>
  /** Forgets the name under which a stream was found. */
  readonly forget: (stream: StreamName) => void
}

/** Maximum number of lookups of a stream when each found stream has lost its events before it is read. */
export const maxResolutions = 10

export const resolutionFailed = storeUnavailable(
  'the log was rewound after every lookup of the stream',
  true,
  undefined,
)

export const makeStreamResolver = (store: Pick<EventStore, 'streamInfo'>, size: number): StreamResolver => {
  // Only streams with events: one without events may still begin under another name.
  const found = new LRUCache<StreamName, StreamName>({ max: size })

  const findStream = async (stream: StreamName, categories: ReadonlyArray<string>): Promise<Resolution> => {
    const names: Array<StreamName> = [stream]
    for (const category of categories) {
      const name = StreamName.make(category, StreamName.id(stream))
      // A name that is too long under this category never had a stream.
      if (E.isRight(name)) names.push(name.right)
    }
    const infos = await Promise.all(names.map((name) => store.streamInfo(name)()))
    const withEvents: Array<StreamName> = []
    for (const info of infos) {
      if (E.isLeft(info)) return info
      if (info.right.status !== 'missing') withEvents.push(info.right.stream)
    }
    const [current, ...others] = withEvents
    // Choosing either would silently ignore the other's events.
    if (others.length > 0)
      return rejectInput(stream, `has more than one stream: ${withEvents.join(' and ')} have events`)
    if (current !== undefined) found.set(stream, current)
    return E.right({ stream: current ?? stream, found: current !== undefined })
  }

  return {
    resolve: ({ formerCategories = [] }, stream) => {
      if (formerCategories.length === 0) return E.right({ stream, found: false })
      const known = found.get(stream)
      return known === undefined ? findStream(stream, formerCategories) : E.right({ stream: known, found: true })
    },
    forget: (stream) => void found.delete(stream),
  }
}
