import { type InvalidInput, StreamName } from '@foldlog/core'
import { type Checked, LogFilter, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { AnySource } from '../../Source.ts'

/** The part of a handler that selects its events. */
export interface SourcesOfHandler {
  readonly name: string
  readonly from: ReadonlyArray<AnySource>
  readonly filter?: LogFilter | undefined
  readonly types?: ReadonlyArray<string> | undefined
}

/** Names the handler, for a message of many handlers. */
const ofHandler =
  (name: string) =>
  ({ what, why, ...error }: InvalidInput): InvalidInput => ({ ...error, what: `${what} of ${name}`, why })

const checkCategory = (what: string, category: string): Checked<void> => {
  const checked = LogFilter.check(what)({ categories: [category] })
  return E.isLeft(checked) ? rejectInput(what, checked.left.why) : E.right(undefined)
}

const checkFrom = (from: ReadonlyArray<AnySource>): Checked<void> => {
  if (from.length === 0) return rejectInput('from', 'names no source: it would never get an event')
  for (const [i, { category, formerCategories = [] }] of from.entries()) {
    const checked = checkCategory(`from[${i}].category`, category)
    if (E.isLeft(checked)) return checked
    for (const [j, former] of formerCategories.entries()) {
      const checkedFormer = checkCategory(`from[${i}].formerCategories[${j}]`, former)
      if (E.isLeft(checkedFormer)) return checkedFormer
    }
  }
  return E.right(undefined)
}

/** The stored names that a source can decode; `undefined` when its codec does not say. */
const storedTypes = ({ events: { readable } }: AnySource): ReadonlyArray<string> | undefined =>
  readable?.map(({ type }) => type)

/**
 * Each name in the filter must be a name that a source has. Any other name is a misspelling, or belongs to another
 * handler.
 */
const checkWithin = (from: ReadonlyArray<AnySource>, { categories, streams, types }: LogFilter): Checked<void> => {
  const own = new Set(from.flatMap(({ category, formerCategories = [] }) => [category, ...formerCategories]))
  const foreign = categories?.find((category) => !own.has(category))
  if (foreign !== undefined)
    return rejectInput('filter.categories', `can never match: no source has the category ${JSON.stringify(foreign)}`)
  const stream = streams?.find((one) => !own.has(StreamName.category(one)))
  if (stream !== undefined)
    return rejectInput('filter.streams', `can never match: no source has the category of ${JSON.stringify(stream)}`)
  const known = from.map(storedTypes)
  const unknown = types?.find((type) => known.every((list) => list !== undefined && !list.includes(type)))
  return unknown === undefined
    ? E.right(undefined)
    : rejectInput('filter.types', `can never match: no source stores an event as ${JSON.stringify(unknown)}`)
}

/** Each of the types must be one that a source has: a JavaScript caller may misspell one. */
const checkTypes = (from: ReadonlyArray<AnySource>, types: ReadonlyArray<string>): Checked<void> => {
  if (types.length === 0) return rejectInput('types', 'names no type: it would never get an event')
  const known = from.map(({ events }) => events.types)
  const unknown = types.find((type) => known.every((list) => list !== undefined && !list.includes(type)))
  return unknown === undefined
    ? E.right(undefined)
    : rejectInput('types', `can never match: no source has events of the type ${JSON.stringify(unknown)}`)
}

/**
 * Checks that the sources and the filter of a handler can match an event. Otherwise it would run, report no lag, and
 * handle nothing. `what` of the error is the part, and the name of the handler.
 */
export const checkSources = ({ name, from, filter, types }: SourcesOfHandler): Checked<void> => {
  const checkAll = (): Checked<void> => {
    const checkedFrom = checkFrom(from)
    const checked = E.isLeft(checkedFrom) || types === undefined ? checkedFrom : checkTypes(from, types)
    if (E.isLeft(checked) || filter === undefined) return checked
    const matchable = LogFilter.checkMatchable('filter')(filter)
    if (E.isLeft(matchable)) return matchable
    const within = checkWithin(from, filter)
    if (E.isLeft(within)) return within
    const categories = from.flatMap(({ category, formerCategories = [] }) => [category, ...formerCategories])
    const together = LogFilter.checkMatchable('filter')({ categories, ...filter })
    return E.isLeft(together) ? together : E.right(undefined)
  }
  return E.mapLeft(ofHandler(name))(checkAll())
}
