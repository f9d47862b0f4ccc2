import {
  type EventStore,
  type InvalidInput,
  rejectInput,
  type StoreUnavailable,
  StreamName,
  storeUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import type { ErasedAggregate } from './ErasedAggregate.ts'

/** A stream to work on. `found` says that events were found in it, by this look or an earlier one. */
export interface ResolvedStream {
  readonly stream: StreamName
  readonly found: boolean
}

type Resolution = E.Either<InvalidInput | StoreUnavailable, ResolvedStream>

/**
 * Where the events of an aggregate stand: in its stream, or in one that still has the name of a category it had before. Streams keep their names for good, so
 * the one that has events is written on, and new ones begin under the new name.
 *
 * A stream keeps its events as long as the log is not rewound. After a rewind a home that was found may be empty, and
 * the events may be stored, now or later, under another name. So nothing is decided in a home that was found and has no
 * events: the home is forgotten, and looked for again. A decision on a state with events needs no look: its append at a
 * version above 0, or the read that confirms it, shows that the events are there.
 */
export interface StreamResolver {
  /** No round trip for an aggregate that had one category always, nor for a stream that was found before. */
  readonly resolve: (aggregate: ErasedAggregate, stream: StreamName) => Resolution | Promise<Resolution>
  /** Forgets where the events of a stream were found. */
  readonly forget: (stream: StreamName) => void
}

/** How often a stream is looked for when each home that is found has lost its events before it is read. */
export const maxResolutions = 10

export const resolutionFailed = storeUnavailable(
  'the log was rewound each time that the stream was found',
  true,
  undefined,
)

export const makeStreamResolver = (store: Pick<EventStore, 'streamInfo'>, size: number): StreamResolver => {
  // Only streams with events: a stream without events may begin under another name.
  const found = new LRUCache<StreamName, StreamName>({ max: size })

  const findStream = async (stream: StreamName, categories: ReadonlyArray<string>): Promise<Resolution> => {
    const names: Array<StreamName> = [stream]
    for (const category of categories) {
      const name = StreamName.make(category, StreamName.id(stream))
      // Too long under a longer name of the category: then nothing ever stood there.
      if (E.isRight(name)) names.push(name.right)
    }
    const infos = await Promise.all(names.map((name) => store.streamInfo(name)()))
    const withEvents: Array<StreamName> = []
    for (const info of infos) {
      if (E.isLeft(info)) return info
      if (info.right.status !== 'missing') withEvents.push(info.right.stream)
    }
    const [current, ...others] = withEvents
    // Whichever were chosen, the events of the other would be passed over in silence.
    if (others.length > 0)
      return rejectInput(stream, `stands in more than one stream: ${withEvents.join(' and ')} have events`)
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
