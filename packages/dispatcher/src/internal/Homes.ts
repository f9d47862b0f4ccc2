import { type EventStore, type InvalidInput, refuse, type StoreUnavailable, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import type { Erased } from './Erased.ts'

type Home = E.Either<InvalidInput | StoreUnavailable, StreamName>

/**
 * Where the events of an aggregate stand: in its stream, or in one that still has the name of a category it had before. Streams keep their names for good, so
 * the one that has events is written on, and new ones begin under the new name.
 */
export interface Homes {
  /** No round trip for an aggregate that had one category always, nor for a stream that was found before. */
  readonly of: (aggregate: Erased, stream: StreamName) => Home | Promise<Home>
}

export const makeHomes = (store: Pick<EventStore, 'streamInfo'>, size: number): Homes => {
  // Only streams with events: those have found their home for good.
  const found = new LRUCache<StreamName, StreamName>({ max: size })

  const look = async (stream: StreamName, categories: ReadonlyArray<string>): Promise<Home> => {
    const names: Array<StreamName> = [stream]
    for (const category of categories) {
      const name = StreamName.make(category, StreamName.id(stream))
      // Too long under a longer name of the category: then nothing ever stood there.
      if (E.isRight(name)) names.push(name.right)
    }
    const infos = await Promise.all(names.map((name) => store.streamInfo(name)()))
    const inhabited: Array<StreamName> = []
    for (const info of infos) {
      if (E.isLeft(info)) return info
      if (info.right.status !== 'missing') inhabited.push(info.right.stream)
    }
    const [home, ...others] = inhabited
    // Whichever were chosen, the events of the other would be passed over in silence.
    if (others.length > 0)
      return refuse(stream, `stands in more than one stream: ${inhabited.join(' and ')} have events`)
    if (home !== undefined) found.set(stream, home)
    return E.right(home ?? stream)
  }

  return {
    of: ({ formerly = [] }, stream) => {
      if (formerly.length === 0) return E.right(stream)
      const known = found.get(stream)
      return known === undefined ? look(stream, formerly) : E.right(known)
    },
  }
}
