import { either as E } from 'fp-ts'
import { type InvalidInput, rejectInput } from './InvalidInput.ts'
import { format } from './internal/format.ts'
import { impossibleTag } from './internal/impossibleTag.ts'
import { textProblem } from './internal/textRules.ts'
import { Limits } from './Limits.ts'

/**
 * The brand of a tag: a property that exists in types only. It is known by its text, as that of a stream name is.
 *
 * @category model
 * @since 0.1.0
 */
export interface TagBrand {
  readonly Tag: 'made'
}

/**
 * Says what an event is about, beside its stream: a name and a value, such as `course:c1`. An event has any number of
 * tags up to {@link Limits}`.tagsPerEvent`. Their order does not count.
 *
 * @category model
 * @since 0.1.0
 */
export type Tag = string & TagBrand

/** The sign between name and value is escaped in a name, so that no two pairs make the same tag. */
const escapeName = (name: string): string => name.replaceAll('%', '%25').replaceAll(':', '%3A')

const unescapeName = (name: string): string => name.replaceAll('%3A', ':').replaceAll('%25', '%')

/**
 * Makes a tag: `Tag.of('course', 'c1')` is `course:c1`. Two pairs of name and value never make the same tag; a number
 * makes the same tag as its text. It accepts anything: what is not a valid tag is rejected by the store, with
 * `InvalidInput`, before anything is written.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Tag } from '@foldlog/core'
 *
 * console.log(Tag.of('course', 'c1'), Tag.of('year', 2026))
 * ```
 *
 * ```text
 * course:c1 year:2026
 * ```
 */
const of = (name: string, value: string | number): Tag => {
  // JavaScript may pass anything, and `name:undefined` would be the tag of many unrelated events.
  const text =
    typeof name !== 'string' || name === ''
      ? impossibleTag(`the name of a tag must be a text that is not empty, is ${format(name)}`)
      : typeof value === 'string' || Number.isFinite(value)
        ? `${escapeName(name)}:${value}`
        : impossibleTag(`the value of the tag ${name} must be a text or a finite number, is ${format(value)}`)
  return text as Tag // The constructor is the definition of the brand.
}

/**
 * The name of a tag.
 *
 * @category destructors
 * @since 0.1.0
 */
const name = (tag: Tag): string => unescapeName(tag.slice(0, tag.indexOf(':')))

/**
 * The value of a tag, as a text.
 *
 * @category destructors
 * @since 0.1.0
 */
const value = (tag: Tag): string => tag.slice(tag.indexOf(':') + 1)

const problemOf = (tag: unknown): string | undefined => {
  if (typeof tag !== 'string') return `must be a tag, made with Tag.of, is ${format(tag)}`
  const colon = tag.indexOf(':')
  if (colon < 0) return `must be a tag, made with Tag.of, is ${format(tag)}`
  if (colon === 0) return tag.length === 1 ? 'must have a name' : tag.slice(1)
  if (tag.length > Limits.tag) return `must have at most ${Limits.tag} characters, has ${tag.length}`
  return textProblem(tag)
}

/**
 * Checks that a value is a tag that every store can keep: at most {@link Limits}`.tag` characters, without NUL and
 * without half a surrogate pair. `what` names it in the error.
 *
 * @category refinements
 * @since 0.1.0
 */
const check =
  (what: string) =>
  (tag: unknown): E.Either<InvalidInput, Tag> => {
    const problem = problemOf(tag)
    // The checks above are the definition of the brand.
    return problem === undefined ? E.right(tag as Tag) : rejectInput(what, problem)
  }

/**
 * Checks a set of tags: it returns them sorted, each once. `what` names the list in the error, `max` is the highest
 * number of different tags.
 *
 * @category refinements
 * @since 0.1.0
 */
const checkAll =
  (what: string, max: number) =>
  (tags: unknown): E.Either<InvalidInput, ReadonlyArray<Tag>> => {
    if (!Array.isArray(tags)) return rejectInput(what, `must be an array of tags, is ${format(tags)}`)
    // By index, so that the holes of a sparse array are visited as `undefined`.
    for (let i = 0; i < tags.length; i++) {
      const problem = problemOf(tags[i])
      if (problem !== undefined) return rejectInput(`${what}[${i}]`, problem)
    }
    const distinct = [...new Set<Tag>(tags)].sort()
    return distinct.length <= max
      ? E.right(distinct)
      : rejectInput(what, `must have at most ${max} different tags, has ${distinct.length}`)
  }

/**
 * Functions on {@link Tag}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Tag = { of, name, value, check, checkAll } as const
