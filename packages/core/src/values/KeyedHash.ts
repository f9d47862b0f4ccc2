import { either as E } from 'fp-ts'
import { type InvalidInput, rejectInput } from './InvalidInput.ts'
import { hmacSha256 } from './internal/hmacSha256.ts'

/**
 * The hashes of a text: first the one under the present key, then those under former keys. Nobody can compute them
 * without the keys. So even a text that can be guessed, such as an e-mail address, cannot be found from its hash.
 *
 * @category model
 * @since 0.1.0
 */
export type KeyedHash = (text: string) => readonly [string, ...ReadonlyArray<string>]

/**
 * The keys of a hash: random texts, each of at least 16 characters. `former` has the keys under which older values were
 * hashed.
 *
 * @category model
 * @since 0.1.0
 */
export interface HashKeys {
  readonly key: string
  readonly former?: ReadonlyArray<string> | undefined
}

/** Characters. A shorter key could be found by trying all keys. */
const shortestKey = 16

/** What is wrong with a key. The text does not contain the key. */
const problemOf = (key: unknown): string | undefined => {
  if (typeof key !== 'string') return `must be a text, is ${typeof key}`
  return key.length < shortestKey ? `must have at least ${shortestKey} characters, has ${key.length}` : undefined
}

/**
 * Makes a keyed hash: HMAC-SHA-256, as 64 hexadecimal digits. `InvalidInput` says which key is not valid, and does not
 * contain it.
 *
 * @category constructors
 * @since 0.1.0
 */
const makeEither = (keys: HashKeys): E.Either<InvalidInput, KeyedHash> => {
  // JavaScript may pass anything, also nothing.
  const { key, former = [] } = Object(keys) as HashKeys
  const wrong = problemOf(key)
  if (wrong !== undefined) return rejectInput('key', wrong)
  if (!Array.isArray(former)) return rejectInput('former', `must be an array of keys, is ${typeof former}`)
  for (let i = 0; i < former.length; i++) {
    const problem = problemOf(former[i])
    if (problem !== undefined) return rejectInput(`former[${i}]`, problem)
  }
  const present = hmacSha256(key)
  const others = former.map(hmacSha256)
  return E.right((text) => [present(text), ...others.map((hash) => hash(text))])
}

/**
 * Makes a keyed hash. A key that is not valid is a mistake in the program, so this throws. {@link KeyedHash.makeEither}
 * returns the same as an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { KeyedHash } from '@foldlog/core'
 *
 * const hash = KeyedHash.make({ key: 'b6f0c1d2e3a4958677' })
 * console.log(hash('ada@example.com')[0].length)
 * ```
 *
 * ```text
 * 64
 * ```
 */
const make = (keys: HashKeys): KeyedHash => {
  const hash = makeEither(keys)
  if (E.isRight(hash)) return hash.right
  throw new Error(`Invalid keyed hash: ${hash.left.what} ${hash.left.why}`)
}

/**
 * Functions on {@link KeyedHash}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const KeyedHash = { make, makeEither } as const
