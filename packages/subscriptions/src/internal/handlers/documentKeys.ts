import type { InvalidInput } from '@foldlog/core'
import { HandlerStoreInput, sha256, UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/** Separates the parts of a key, and occurs in none of them. */
const separator = '\u0001'

const maxPartLength = 200

/**
 * A part of the key of a document, the same for the same text and for no other: the text itself when it is short and
 * unambiguous, otherwise its hash.
 */
const keyPart = (text: string): string =>
  text.length <= maxPartLength && !text.includes(separator) && !text.startsWith('#') ? text : `#${sha256(text, 'hex')}`

/**
 * The key of a document that belongs to an owner, such as the key of a process; keys of one owner sort by what follows.
 * At most 512 characters.
 */
export const keyOf = (owner: string, ...rest: ReadonlyArray<string>): string =>
  [owner, ...rest].map(keyPart).join(separator)

/** The prefix that all keys of an owner have, and no others. */
export const prefixOf = (owner: string): string => keyPart(owner) + separator

/** Sixteen digits hold every safe integer, so strings sort as numbers do. */
export const sortableNumber = (n: number): string => String(n).padStart(16, '0')

/**
 * An id made of parts, the same for the same parts and for no others, of at most 512 characters, without control
 * characters for a terminal.
 */
export const derivedId = (...parts: ReadonlyArray<string>): string => {
  const id = parts.map(encodeURIComponent).join(':')
  return id.length <= 512 ? id : sha256(id, 'hex')
}

const plainAscii = /^[\x20-\x7e]{1,512}$/

/** Whether a string that a user's function returned can be the key of a document. */
export const checkKey = (key: unknown): E.Either<InvalidInput, string> => {
  // Nearly all keys are like that, and one is checked for every event.
  if (typeof key === 'string' && plainAscii.test(key)) return E.right(key)
  const checked = HandlerStoreInput.keys([key as string]) // It checks the type itself.
  UserCode.absorb(key)
  return E.isLeft(checked) ? checked : E.right(key as string) // It has looked.
}
