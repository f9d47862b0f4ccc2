import type { LogFilter } from '../store/LogFilter.ts'
import { printed } from '../values/printed.ts'

/**
 * What a handler is, beside its name. The store keeps it with the registration, so that a runtime notices other code
 * under the same name.
 *
 * `kind` is the kind of the handler, such as `Projection`: a text of 1 to 64 characters. `reads` selects the events
 * that it gets. `start` describes the start of the handler for people: a text of 1 to 64 characters, such as `now`.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerIdentity {
  readonly kind: string
  readonly reads: LogFilter
  readonly start: string
}

/**
 * An identity, with the number of partitions.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerShape extends HandlerIdentity {
  readonly partitions: number
}

/**
 * A part of a {@link HandlerShape} in which the code may differ from the store.
 *
 * @category model
 * @since 0.1.0
 */
export type ShapePart = keyof HandlerShape

/**
 * The code of a handler does not fit the handler that is stored under its name. Either they are two handlers, or the
 * code has changed so that the handler would pass over events. `stored` and `given` are both sides, `differs` the parts
 * in which they differ.
 *
 * @category errors
 * @since 0.1.0
 */
export interface HandlerMismatch {
  readonly _tag: 'HandlerMismatch'
  readonly name: string
  readonly generation: number
  readonly stored: HandlerShape
  readonly given: HandlerShape
  readonly differs: ReadonlyArray<ShapePart>
}

/** A list of which neither order nor repetitions count. */
const alternatives = <A extends string>(list: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(list)].sort()

/**
 * The filter with its lists sorted and without duplicates, so that filters that differ only in order or repetitions
 * become equal.
 */
const sortedFilter = ({ categories, streams, streamPrefix, types, tags }: LogFilter): LogFilter => ({
  ...(categories === undefined ? undefined : { categories: alternatives(categories) }),
  ...(streams === undefined ? undefined : { streams: alternatives(streams) }),
  ...(streamPrefix === undefined ? undefined : { streamPrefix }),
  ...(types === undefined ? undefined : { types: alternatives(types) }),
  ...(tags === undefined ? undefined : { tags: alternatives(tags) }),
})

const parts: ReadonlyArray<ShapePart> = ['kind', 'reads', 'partitions', 'start']

const textOf = (shape: HandlerShape, part: ShapePart): string =>
  JSON.stringify(part === 'reads' ? sortedFilter(shape.reads) : shape[part])

/**
 * The parts in which two shapes differ, the most important first; none when they are equal. Total and symmetric. The
 * order and the repetitions of the lists in `reads` do not count.
 *
 * @category combinators
 * @since 0.1.0
 */
const differences = (stored: HandlerShape, given: HandlerShape): ReadonlyArray<ShapePart> =>
  parts.filter((part) => textOf(stored, part) !== textOf(given, part))

/** A copy that `console.log` prints in texts: its filter is too deep for Node. */
const printedShape = (shape: HandlerShape): HandlerShape =>
  printed({ ...shape }, () => Object.entries(shape).map(([part, value]) => `${part}: ${JSON.stringify(value)}`))

/**
 * Why code with the shape `given` may not work on the stored handler, or `undefined` when it may.
 *
 * It may when no identity is stored. Another `start` alone is no reason, because a start counts only when the handler
 * is created, and is often computed.
 *
 * @category combinators
 * @since 0.1.0
 */
const mismatch = (
  { name, generation }: { readonly name: string; readonly generation: number },
  stored: HandlerShape | undefined,
  given: HandlerShape,
): HandlerMismatch | undefined => {
  if (stored === undefined) return undefined
  const differs = differences(stored, given)
  return differs.some((part) => part !== 'start')
    ? { _tag: 'HandlerMismatch', name, generation, stored: printedShape(stored), given: printedShape(given), differs }
    : undefined
}

/**
 * The categories that the code has in addition to the stored ones, when both sides differ in nothing else; otherwise
 * `undefined`. Such sources may be added as long as no checkpoint has passed one of their events.
 *
 * @category combinators
 * @since 0.1.0
 */
const addedCategories = ({ stored, given, differs }: HandlerMismatch): ReadonlyArray<string> | undefined => {
  const [before, after] = [stored.reads.categories, given.reads.categories]
  if (before === undefined || after === undefined || differs.some((part) => part !== 'reads' && part !== 'start'))
    return undefined
  const widened = { ...given, reads: { ...stored.reads, categories: after } }
  const isOnlyMore = before.every((one) => after.includes(one)) && textOf(widened, 'reads') === textOf(given, 'reads')
  return isOnlyMore ? alternatives(after.filter((one) => !before.includes(one))) : undefined
}

const describePart = (shape: HandlerShape, part: ShapePart): string => {
  switch (part) {
    case 'kind':
      return `kind ${shape.kind}`
    case 'reads':
      return `events of ${JSON.stringify(sortedFilter(shape.reads))}`
    case 'partitions':
      return `${shape.partitions} ${shape.partitions === 1 ? 'partition' : 'partitions'}`
    case 'start':
      return `start ${shape.start}`
  }
}

/** What an operator or a developer can do about the mismatch. */
const hintFor = ({ given, differs }: HandlerMismatch): string => {
  if (differs.includes('kind'))
    return 'give the handler another name; or, when the stored one is not used any more, remove or rename that'
  const change = given.kind === 'Projection' ? 'raise the version, so that it is rebuilt' : 'give it a new name'
  return `${change}; or reset it, so that it begins anew; or take back the change`
}

/**
 * Describes both sides of a mismatch, and what to do.
 *
 * @category destructors
 * @since 0.1.0
 */
const describeMismatch = (error: HandlerMismatch): string => {
  const side = (shape: HandlerShape) => error.differs.map((part) => describePart(shape, part)).join(', ')
  return `the handler ${JSON.stringify(error.name)} is stored with ${side(error.stored)}, and this code has ${side(error.given)}: ${hintFor(error)}`
}

/**
 * Functions on {@link HandlerIdentity}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlerIdentity = { differences, mismatch, addedCategories, describeMismatch } as const
