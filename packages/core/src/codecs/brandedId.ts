import type { BrandedCodec } from './Branded.ts'
import { brandedText } from './brandedText.ts'

/** Fits into the name of a stream, with room for its category, and into keys of handlers: at most 400 UTF-16 units. */
const anyId = /^[^\p{Cc}\p{Cs}]{1,200}$/u

/**
 * The codec of the id of an entity: a text that matches the pattern. Without a pattern, the id is any readable text of
 * 1 to 200 characters, which can always name a stream.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { brandedId } from '@foldlog/core/codecs'
 * import type * as t from 'io-ts'
 *
 * const RoomId = brandedId('RoomId', /^[1-9][0-9]{2}$/)
 * type RoomId = t.TypeOf<typeof RoomId>
 *
 * console.log(RoomId.is('101'), RoomId.is('1'))
 * ```
 *
 * ```text
 * true false
 * ```
 */
export const brandedId = <const Name extends string>(name: Name, pattern: RegExp = anyId): BrandedCodec<string, Name> =>
  brandedText(name, { pattern })
