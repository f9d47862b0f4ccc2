import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { nameProblem } from '../values/internal/textRules.ts'
import { Limits } from '../values/Limits.ts'
import type { Queried } from '../values/Query.ts'
import type { StreamName as Name } from '../values/StreamName.ts'
import { StreamName } from '../values/StreamName.ts'
import { Tag } from '../values/Tag.ts'

/**
 * Selects events of the log: those that meet every part that is present. Each list must not be empty. The lists name
 * alternatives, but for `tags`: an event must have all of them, as in a query. `streamPrefix` is compared code unit by
 * code unit with the beginning of the stream name.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogFilter {
  readonly categories?: ReadonlyArray<string> | undefined
  readonly streams?: ReadonlyArray<Name> | undefined
  readonly streamPrefix?: string | undefined
  readonly types?: ReadonlyArray<string> | undefined
  readonly tags?: ReadonlyArray<Tag> | undefined
}

const oneOf = (alternatives: ReadonlyArray<string> | undefined): ((value: string) => boolean) => {
  if (alternatives === undefined) return () => true
  const set = new Set(alternatives)
  return (value) => set.has(value)
}

/**
 * Whether an event meets a filter. The filter is the first of two arguments, because its lists are prepared once.
 *
 * @category predicates
 * @since 0.1.0
 */
const matches = ({
  categories,
  streams,
  streamPrefix = '',
  types,
  tags = [],
}: LogFilter): ((event: Queried) => boolean) => {
  const [isCategory, isStream, isType] = [oneOf(categories), oneOf(streams), oneOf(types)]
  return ({ type, stream, tags: ofEvent = [] }) =>
    isType(type) &&
    isStream(stream) &&
    isCategory(StreamName.category(stream)) &&
    stream.startsWith(streamPrefix) &&
    tags.every((tag) => ofEvent.includes(tag))
}

const problemOf = (checked: Checked<unknown>): string | undefined => (E.isLeft(checked) ? checked.left.why : undefined)

/** Why no stream has such a name, such a category, or a name that begins so; and why no event has such a type. */
const problems: Readonly<Record<keyof LogFilter, (text: string) => string | undefined>> = {
  categories: (category) => problemOf(StreamName.make(category, 'id')),
  streams: (stream) => problemOf(StreamName.parse(stream)),
  streamPrefix: (prefix) =>
    prefix.startsWith('-') || prefix.startsWith('$')
      ? `must not start with '${prefix.slice(0, 1)}'`
      : nameProblem(prefix, Limits.streamName),
  types: (type) => nameProblem(type, Limits.eventType),
  tags: (tag) => problemOf(Tag.check('tag')(tag)),
}

const checkPart = (what: string, part: keyof LogFilter, value: unknown): Checked<void> => {
  if (value === undefined) return E.right(undefined)
  const list: unknown = part === 'streamPrefix' ? [value] : value
  if (!Array.isArray(list) || list.length === 0)
    return rejectInput(what, 'must have at least one element, or be absent')
  if (part === 'tags' && list.length > Limits.queryTags)
    return rejectInput(what, `must have at most ${Limits.queryTags} elements, has ${list.length}`)
  for (const text of list) {
    if (typeof text !== 'string') return rejectInput(what, `must hold texts, has ${format(text)}`)
    const why = problems[part](text)
    if (why !== undefined) return rejectInput(what, `can never match: ${format(text)} ${why}`)
  }
  return E.right(undefined)
}

/**
 * Why no event can meet both a prefix and the categories, or `undefined` when one can. A prefix without a dash is the
 * beginning of a category.
 */
const prefixProblem = ({ categories, streams, streamPrefix }: LogFilter): string | undefined => {
  if (streamPrefix === undefined) return undefined
  const [category = '', ...id] = streamPrefix.split('-')
  const isMet = (one: string): boolean => (id.length > 0 ? one === category : one.startsWith(category))
  if (categories !== undefined && !categories.some(isMet)) return 'can never match: no category of the filter has it'
  return streams === undefined || streams.some((stream) => stream.startsWith(streamPrefix))
    ? undefined
    : 'can never match: no stream of the filter has it'
}

const streamsProblem = ({ categories, streams }: LogFilter): string | undefined =>
  categories === undefined ||
  streams === undefined ||
  streams.some((stream) => categories.includes(StreamName.category(stream)))
    ? undefined
    : 'can never match: none of them is in a category of the filter'

/**
 * Checks that each name in a filter is one that a category, a stream or an event type can have: `what` names the filter
 * in the error.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check =
  (what: string) =>
  (filter: LogFilter): Checked<LogFilter> => {
    if (typeof filter !== 'object' || filter === null)
      return rejectInput(what, `must be an object, is ${format(filter)}`)
    const { categories, streams, streamPrefix, types, tags } = filter
    for (const [part, value] of Object.entries({ categories, streams, streamPrefix, types, tags })) {
      const checked = checkPart(`${what}.${part}`, part as keyof LogFilter, value) // The keys of this very record.
      if (E.isLeft(checked)) return checked
    }
    return E.right(filter)
  }

/**
 * Checks that an event can meet all parts of a filter: `check`, and the parts do not exclude each other. A reader that
 * follows the log would wait for ever with a filter that matches nothing.
 *
 * @category for store authors
 * @since 0.1.0
 */
const checkMatchable =
  (what: string) =>
  (filter: LogFilter): Checked<LogFilter> => {
    const checked = check(what)(filter)
    if (E.isLeft(checked)) return checked
    const prefix = prefixProblem(filter)
    if (prefix !== undefined) return rejectInput(`${what}.streamPrefix`, prefix)
    const disjoint = streamsProblem(filter)
    return disjoint === undefined ? E.right(filter) : rejectInput(`${what}.streams`, disjoint)
  }

/**
 * Functions on {@link LogFilter}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const LogFilter = { check, checkMatchable, matches } as const
