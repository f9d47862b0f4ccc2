import type * as t from 'io-ts'
import type { Problem } from '../DecodeFailure.ts'

/** A value for people, whatever it is: short, and without running anything of its own. */
export const show = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object'
    case 'function':
      return 'a function'
    default:
      return String(value)
  }
}

const problemOf = (error: t.ValidationError, root: string): Problem => ({
  // The first entry of a context is the codec itself, with an empty key.
  path: [root, ...error.context.slice(1).map(({ key }) => key)].join('.'),
  why: error.message ?? `expected ${error.context.at(-1)?.type.name ?? 'another value'}, got ${show(error.value)}`,
})

/** What io-ts found wrong, in foldlog's own words. `root` names the whole value. */
export const problemsOf = (errors: t.Errors, root = 'data'): ReadonlyArray<Problem> =>
  errors.map((error) => problemOf(error, root))
