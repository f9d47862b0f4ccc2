import { type Event, EventCodec, type RecordedEvent, StreamName } from '@foldlog/core'
import { LogFilter as Filter, type LogFilter, UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { AnyRecorded, HandlerOptions } from '../../EventHandler.ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { AnySource } from '../../Source.ts'
import { isOneOf } from './cases.ts'
import { checkKey } from './documentKeys.ts'
import { runPure } from './userCode.ts'

/**
 * What follows from the sources of a handler: the categories that it reads, the filter on the log, and the events that
 * it gets for a stored event. Handlers that follow the log and projections that are folded with the append both use
 * this, so that they get the same events.
 */
export interface SourceEvents {
  /** The categories of all sources, with the former names of each, without duplicates. */
  readonly categories: ReadonlyArray<string>
  readonly filter: LogFilter
  readonly isWanted: (event: Pick<RecordedEvent, 'type' | 'stream'>) => boolean
  /**
   * The events that a stored event decodes to: none, one, or several when its codec splits it. None for another
   * category.
   */
  readonly decode: (event: RecordedEvent) => E.Either<HandlerFailure, ReadonlyArray<AnyRecorded>>
}

const categoriesOf = ({ category, formerCategories = [] }: AnySource): ReadonlyArray<string> => [
  category,
  ...formerCategories,
]

/** The options of a handler that select its events. */
export type EventSelection = Pick<HandlerOptions<ReadonlyArray<AnySource>>, 'from' | 'filter' | 'types'>

/**
 * `types` is applied after decoding and never in the store, for two reasons. The identity of a handler has its filter,
 * and a new case of `on` must not make it another handler. And a process with older code must see an event that it
 * cannot decode: a newer codec may store a wanted event under a new name, and the older process parks it, instead of
 * passing over it for good. See docs/decisions/0037.
 */
export const sourceEvents = ({ from, filter: narrowed, types }: EventSelection): SourceEvents => {
  const isOfType = isOneOf(types)
  const byCategory = new Map(
    from.flatMap((source) => {
      const decodeAll = EventCodec.decodeAll<Event>(source.events)
      return categoriesOf(source).map((category) => [category, decodeAll] as const)
    }),
  )
  const categories = [...byCategory.keys()]
  const filter = { categories, ...narrowed }
  return {
    categories,
    filter,
    isWanted: Filter.matches(filter),
    decode: (event) => {
      const decode = byCategory.get(StreamName.category(event.stream))
      if (decode === undefined) return E.right([])
      const decoded = runPure(() => decode([event]))
      if (E.isLeft(decoded)) return decoded
      if (types === undefined || E.isLeft(decoded.right) || decoded.right.right.every(isOfType)) return decoded.right
      return E.right(decoded.right.right.filter(isOfType))
    },
  }
}

const unique = (keys: ReadonlyArray<string>): ReadonlyArray<string> => (keys.length === 1 ? keys : [...new Set(keys)])

/**
 * The keys that a function of the user returns for an event, without duplicates. A throw, or an invalid key, is a
 * failure of the event.
 */
export const keysBy =
  <A>(name: (event: A) => ReadonlyArray<string>) =>
  (event: A): E.Either<HandlerFailure, ReadonlyArray<string>> => {
    // A copy: the result of the user's function may be no list.
    const named = runPure(() => [...unique(UserCode.plain('key', name(event)))])
    if (E.isLeft(named)) return named
    for (const key of named.right) {
      const checked = checkKey(key)
      if (E.isLeft(checked)) return E.left({ _tag: 'HandlerReturnedError', error: checked.left })
    }
    return named
  }

/** The keys of a projection's views, from its function `key`, which returns one key or a list. */
export const viewKeys =
  <A>(key: (event: A) => string | ReadonlyArray<string>) =>
  (event: A): ReadonlyArray<string> => {
    const named = key(event)
    return typeof named === 'string' ? [named] : named
  }
