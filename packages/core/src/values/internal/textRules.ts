/** Why Postgres or JSON could not give this text back as it is, or `undefined` when they can. */
export const textProblem = (text: string): string | undefined => {
  if (text.includes('\0')) return 'must not contain NUL (U+0000)'
  return isWellFormed(text) ? undefined : 'must not contain half a surrogate pair'
}

// `\p{Surrogate}` under the `u` flag meets only lone surrogates: a pair is one code point of another category.
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)

/** Why this text cannot be a name that people and logs can read, or `undefined` when it can. */
export const nameProblem = (text: string, limit: number): string | undefined => {
  if (text.length === 0) return 'must not be empty'
  if (text.length > limit) return `must have at most ${limit} characters, has ${text.length}`
  if (/\p{Control}/u.test(text)) return 'must not contain control characters'
  return textProblem(text)
}
