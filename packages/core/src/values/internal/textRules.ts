import { Limits } from '../Limits.ts'

/** Returns why Postgres or JSON cannot store this text unchanged, or `undefined` when they can. */
export const textProblem = (text: string): string | undefined => {
  if (text.includes('\0')) return 'must not contain NUL (U+0000)'
  return isWellFormed(text) ? undefined : 'must not contain half a surrogate pair'
}

// With the `u` flag, `\p{Surrogate}` matches only lone surrogates: a pair is one code point of another category.
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)

/** Returns why this text is not a readable name for people and logs, or `undefined` when it is. */
export const nameProblem = (text: string, limit: number): string | undefined => {
  if (text.length === 0) return 'must not be empty'
  if (text.length > limit) return `must have at most ${limit} characters, has ${text.length}`
  if (/\p{Control}/u.test(text)) return 'must not contain control characters'
  return textProblem(text)
}

/** Returns why a text is not the key of a document. The application chooses keys, so control characters are valid. */
export const documentKeyProblem = (text: string): string | undefined =>
  text.length === 0 || text.length > Limits.documentKey
    ? `must have 1 to ${Limits.documentKey} characters, has ${text.length}`
    : textProblem(text)
