import { either as E } from 'fp-ts'
import { type InvalidInput, rejectInput } from './InvalidInput.ts'
import { nameProblem } from './internal/textRules.ts'
import { Limits } from './Limits.ts'

/**
 * The brand of a checked stream name: a property that exists in types only. It is known by its text, not by a `unique
 * symbol`, because each copy of this package has its own declarations, and their symbols differ.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamNameBrand {
  readonly StreamName: 'checked'
}

/**
 * The name of a stream: `category-id`. The category is the part before the first dash; the id may be any text, also one
 * with dashes.
 *
 * @category model
 * @since 0.1.0
 */
export type StreamName = string & StreamNameBrand

/**
 * Checks that a string is a stream name: `category-id`, neither part empty, no leading `$` (reserved for the store
 * itself), no control characters, at most {@link Limits}`.streamName` characters. Quotes, spaces and emoji are allowed.
 *
 * @category constructors
 * @since 0.1.0
 */
const parse = (name: string): E.Either<InvalidInput, StreamName> => {
  const what = 'stream name'
  if (typeof name !== 'string') return rejectInput(what, `must be a string, is ${typeof name}`)
  const problem = nameProblem(name, Limits.streamName)
  if (problem !== undefined) return rejectInput(what, problem)
  if (name.startsWith('$')) return rejectInput(what, "must not start with '$'")
  const dash = name.indexOf('-')
  if (dash < 1 || dash === name.length - 1) {
    return rejectInput(what, `must have the form category-id, is ${JSON.stringify(name)}`)
  }
  // The checks above are the definition of the brand.
  return E.right(name as StreamName)
}

/**
 * Makes the stream name of one entity: `make('account', '17')` is `account-17`. The category must not contain a dash.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { StreamName } from '@foldlog/core'
 *
 * console.log(StreamName.make('account', '17'))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: 'account-17' }
 * ```
 */
const make = (category: string, id: string): E.Either<InvalidInput, StreamName> => {
  if (typeof category !== 'string') return rejectInput('category', `must be a string, is ${typeof category}`)
  if (typeof id !== 'string') return rejectInput('id', `must be a string, is ${typeof id}`)
  if (category.includes('-')) return rejectInput('category', `must not contain a dash, is ${JSON.stringify(category)}`)
  return parse(`${category}-${id}`)
}

/**
 * The part before the first dash.
 *
 * @category destructors
 * @since 0.1.0
 */
const category = (name: StreamName): string => name.slice(0, name.indexOf('-'))

/**
 * The part after the first dash.
 *
 * @category destructors
 * @since 0.1.0
 */
const id = (name: StreamName): string => name.slice(name.indexOf('-') + 1)

/**
 * Functions on {@link StreamName}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const StreamName = { parse, make, category, id } as const
