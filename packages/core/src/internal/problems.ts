import type * as t from 'io-ts'
import type { Problem } from '../DecodeFailure.ts'

/** `Array.isArray` throws for a revoked proxy. */
const isArray = (value: unknown): boolean => {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** A short text of any value for people. Runs no code of the value, and never throws. */
export const show = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
    case 'object':
      return value === null ? 'null' : isArray(value) ? 'an array' : 'an object'
    case 'function':
      return 'a function'
    default:
      return String(value)
  }
}

/** What the codecs of io-ts carry; another codec may have neither. */
interface Parts {
  readonly _tag?: unknown
  readonly type?: Parts
}

/** What only wraps a codec validates by it, without a place of its own. */
const wrappers: ReadonlyArray<unknown> = ['ReadonlyType', 'ExactType', 'RefinementType', 'RecursiveType']

/** Below a union or an intersection io-ts counts the parts of the type: they are no places in the value. */
const hasParts = (codec: Parts): boolean =>
  codec.type !== undefined && wrappers.includes(codec._tag)
    ? hasParts(codec.type)
    : codec._tag === 'UnionType' || codec._tag === 'IntersectionType'

/** The first entry of a context is the codec itself, with an empty key. */
const placesIn = (context: t.Context): ReadonlyArray<string> =>
  context.slice(1).flatMap(({ key }, i) => {
    // Every field of the parts may be missing, so any codec is described by them.
    const above = context[i]?.type as Parts | undefined
    return above !== undefined && hasParts(above) ? [] : [key]
  })

const problemOf = (error: t.ValidationError, root: string): Problem => ({
  path: [root, ...placesIn(error.context)].join('.'),
  why: error.message ?? `expected ${error.context.at(-1)?.type.name ?? 'another value'}, got ${show(error.value)}`,
})

/** What io-ts found wrong, in foldlog's own words. `root` names the whole value. */
export const problemsOf = (errors: t.Errors, root = 'data'): ReadonlyArray<Problem> =>
  errors.map((error) => problemOf(error, root))
