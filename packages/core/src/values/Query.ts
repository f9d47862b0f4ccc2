import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from './InvalidInput.ts'
import { format } from './internal/format.ts'
import { nameProblem } from './internal/textRules.ts'
import { Limits } from './Limits.ts'
import { StreamName } from './StreamName.ts'
import { Tag } from './Tag.ts'

/**
 * Selects events that meet every part that is present: the stored type is one of `types`, the event has all of `tags`,
 * its stream is one of `streams`, and is in one of `categories`. An absent part excludes nothing, and an empty list of
 * types or tags is the same as an absent one. An item without parts selects every event of the log.
 *
 * Each list has at most 32 elements, see {@link Limits}`.queryTypes` and its neighbours.
 *
 * @category model
 * @since 0.1.0
 */
export interface QueryItem {
  readonly types?: ReadonlyArray<string> | undefined
  readonly tags?: ReadonlyArray<Tag> | undefined
  readonly streams?: ReadonlyArray<StreamName> | undefined
  readonly categories?: ReadonlyArray<string> | undefined
}

/**
 * Selects the events that a decision rests on: those that meet at least one of its items. A store takes queries of 1 to
 * {@link Limits}`.queryItems` items.
 *
 * @category model
 * @since 0.1.0
 */
export type Query = ReadonlyArray<QueryItem>

/**
 * The part of an event that queries look at. `type` is the stored name.
 *
 * @category model
 * @since 0.1.0
 */
export interface Queried {
  readonly type: string
  readonly stream: StreamName
  readonly tags?: ReadonlyArray<Tag> | undefined
}

/**
 * A {@link QueryItem} of a checked query: every list is there, each element once. An empty list excludes nothing.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedQueryItem {
  readonly types: ReadonlyArray<string>
  readonly tags: ReadonlyArray<Tag>
  readonly streams: ReadonlyArray<StreamName>
  readonly categories: ReadonlyArray<string>
}

/**
 * A {@link Query} that every store accepts: 1 to {@link Limits}`.queryItems` items, no two of them equal.
 *
 * @category for store authors
 * @since 0.1.0
 */
export type CheckedQuery = ReadonlyArray<CheckedQueryItem>

const distinct = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> => (list.length < 2 ? list : [...new Set(list)])

const complete = ({ types = [], tags = [], streams = [], categories = [] }: QueryItem): CheckedQueryItem => ({
  types: distinct(types),
  tags: distinct(tags),
  streams: distinct(streams),
  categories: distinct(categories),
})

/** Equal for items with the same lists, in whatever order. */
const keyOf = ({ types, tags, streams, categories }: CheckedQueryItem): string =>
  JSON.stringify([types, tags, streams, categories].map((list) => [...list].sort()))

const distinctItems = (items: CheckedQuery): CheckedQuery =>
  items.length < 2 ? items : [...new Map([...items].reverse().map((item) => [keyOf(item), item])).values()].reverse()

const anyOf = (alternatives: ReadonlyArray<string>): ((value: string) => boolean) => {
  if (alternatives.length === 0) return () => true
  const set = new Set(alternatives)
  return (value) => set.has(value)
}

const itemMatches = (item: QueryItem): ((event: Queried) => boolean) => {
  const { types, tags, streams, categories } = complete(item)
  const [isType, isStream, isCategory] = [anyOf(types), anyOf(streams), anyOf(categories)]
  const inCategory = categories.length === 0 ? () => true : (name: StreamName) => isCategory(StreamName.category(name))
  return ({ type, stream, tags: ofEvent = [] }) =>
    isType(type) && isStream(stream) && inCategory(stream) && tags.every((tag) => ofEvent.includes(tag))
}

/**
 * Whether an event meets a query. The query is the first of two arguments, because its lists are prepared once. A query
 * without items matches nothing.
 *
 * @category predicates
 * @since 0.1.0
 */
const matches = (query: Query): ((event: Queried) => boolean) => {
  const items = query.map(itemMatches)
  return (event) => items.some((matchesItem) => matchesItem(event))
}

/**
 * The query of what meets one of two queries. Items that are equal occur once. Associative, commutative and idempotent
 * in what it matches; the query without items is its neutral element.
 *
 * @category combinators
 * @since 0.1.0
 */
const union = (first: Query, second: Query): Query => {
  const known = new Set<string>()
  return [...first, ...second].filter((item) => {
    const key = keyOf(complete(item))
    return known.has(key) ? false : known.add(key) !== undefined
  })
}

const problemOf = (checked: Checked<unknown>): string | undefined => (E.isLeft(checked) ? checked.left.why : undefined)

/** For each list of an item: its limit, whether it may be empty, and why an element is none. */
const lists = {
  types: {
    max: Limits.queryTypes,
    min: 0,
    problem: (type: string) => nameProblem(type, Limits.eventType),
  },
  tags: { max: Limits.queryTags, min: 0, problem: (tag: string) => problemOf(Tag.check('tag')(tag)) },
  streams: { max: Limits.queryStreams, min: 1, problem: (stream: string) => problemOf(StreamName.parse(stream)) },
  categories: {
    max: Limits.queryStreams,
    min: 1,
    problem: (category: string) => problemOf(StreamName.make(category, 'id')),
  },
} as const

const checkList = (what: string, list: keyof typeof lists, value: unknown): Checked<void> => {
  const { min, max, problem } = lists[list]
  if (value === undefined) return E.right(undefined)
  if (!Array.isArray(value)) return rejectInput(what, `must be an array, is ${format(value)}`)
  // An empty list that a program computed must not select the whole log.
  if (value.length < min) return rejectInput(what, 'must have at least one element, or be absent')
  if (value.length > max) return rejectInput(what, `must have at most ${max} elements, has ${value.length}`)
  for (let i = 0; i < value.length; i++) {
    const text: unknown = value[i]
    const why = typeof text === 'string' ? problem(text) : `must be a string, is ${format(text)}`
    if (why !== undefined) return rejectInput(`${what}[${i}]`, why)
  }
  return E.right(undefined)
}

const checkItem = (what: string, item: QueryItem): Checked<CheckedQueryItem> => {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return rejectInput(what, `must be an object, is ${format(item)}`)
  for (const list of ['types', 'tags', 'streams', 'categories'] as const) {
    const checked = checkList(`${what}.${list}`, list, item[list])
    if (E.isLeft(checked)) return checked
  }
  return E.right(complete(item))
}

/**
 * Checks a query and fills in its absent lists: 1 to {@link Limits}`.queryItems` items, of names that a type, a tag, a
 * stream or a category can have. The order of the items and of their elements is kept. `what` names the query in the
 * error.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check =
  (what: string) =>
  (query: Query): Checked<CheckedQuery> => {
    if (!Array.isArray(query)) return rejectInput(what, `must be an array of items, is ${format(query)}`)
    if (query.length === 0) return rejectInput(what, 'must have at least one item: nothing would ever match it')
    if (query.length > Limits.queryItems)
      return rejectInput(what, `must have at most ${Limits.queryItems} items, has ${query.length}`)
    const items: Array<CheckedQueryItem> = []
    for (let i = 0; i < query.length; i++) {
      const item = checkItem(`${what}[${i}]`, query[i])
      if (E.isLeft(item)) return item
      items.push(item.right)
    }
    return E.right(distinctItems(items))
  }

/**
 * Functions on {@link Query}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Query = { matches, union, check } as const
