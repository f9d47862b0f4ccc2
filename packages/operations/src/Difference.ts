import { partsOf, tagOf } from './internal/parts.ts'

/**
 * A part of a value that differs from the same part of another: `path` leads to it, from the outside. `before` or
 * `after` is absent when the part is there in one of the values only.
 *
 * @category model
 * @since 0.1.0
 */
export interface Difference {
  readonly path: ReadonlyArray<string>
  readonly before?: unknown
  readonly after?: unknown
}

const isSame = (before: unknown, after: unknown): boolean => {
  if (Object.is(before, after)) return true
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return false
  // Dates, and whatever else has no parts that show.
  return tagOf(before) === tagOf(after) && JSON.stringify(before) === JSON.stringify(after)
}

/** Deeper parts are compared as a whole. */
const maxDepth = 64

const compare = (before: unknown, after: unknown, path: ReadonlyArray<string>): ReadonlyArray<Difference> => {
  if (Object.is(before, after)) return []
  const [old, now] = [partsOf(before), partsOf(after)]
  if (old === undefined || now === undefined || tagOf(before) !== tagOf(after) || path.length >= maxDepth)
    return isSame(before, after) ? [] : [{ path, before, after }]
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const at = [...path, key]
    if (!now.has(key)) return [{ path: at, before: old.get(key) }]
    return old.has(key) ? compare(old.get(key), now.get(key), at) : [{ path: at, after: now.get(key) }]
  })
}

/**
 * The differences between two values, part by part: fields of objects, items of lists by index, entries of maps and
 * sets. An empty list means that they are equal.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Difference } from '@foldlog/operations'
 *
 * console.log(Difference.between({ cents: 100, owner: 'Ada' }, { cents: 70, owner: 'Ada' }))
 * ```
 *
 * ```text
 * [ { path: [ 'cents' ], before: 100, after: 70 } ]
 * ```
 */
const between = (before: unknown, after: unknown): ReadonlyArray<Difference> => compare(before, after, [])

/**
 * Functions on {@link Difference}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Difference = { between } as const
