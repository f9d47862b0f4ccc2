import * as t from 'io-ts'
import { type BrandedCodec, branded } from './Branded.ts'

/**
 * The rule of a text. `maxLength` counts characters as people do (code points); `pattern` must match somewhere in the
 * text, so a pattern for the whole text begins with `^` and ends with `$`.
 *
 * @category model
 * @since 0.1.0
 */
export interface TextRule {
  readonly pattern?: RegExp | undefined
  readonly maxLength?: number | undefined
}

/**
 * The pattern as JSON Schema reads it: with the flag `u`, and with no other. A mistake in it is one of the program, so
 * this throws where the constant is defined.
 */
const unicodePattern = (name: string, pattern: unknown): RegExp => {
  // The tag, because a regular expression of another realm is no instance of this one's class.
  if (Object.prototype.toString.call(pattern) !== '[object RegExp]') {
    throw new Error(`The pattern of ${name} must be a regular expression, such as /^[a-z]+$/`)
  }
  // The tag is that of a regular expression.
  const { source, flags } = pattern as RegExp
  if (!/^u?$/.test(flags)) {
    throw new Error(`The pattern of ${name} has the flags "${flags}", and JSON Schema has none: write it without them`)
  }
  try {
    return new RegExp(source, 'u')
  } catch (cause) {
    throw new Error(`The pattern of ${name} is no pattern of JSON Schema, which reads it with the flag u`, { cause })
  }
}

/**
 * The codec of a branded text. Without a pattern the text must not be blank.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { brandedText } from '@foldlog/core/codecs'
 * import type * as t from 'io-ts'
 *
 * const GuestName = brandedText('GuestName', { maxLength: 200 })
 * type GuestName = t.TypeOf<typeof GuestName>
 *
 * console.log(GuestName.is('Ada'), GuestName.is(' '))
 * ```
 *
 * ```text
 * true false
 * ```
 */
export const brandedText = <const Name extends string>(
  name: Name,
  { pattern = /\S/, maxLength }: TextRule = {},
): BrandedCodec<string, Name> => {
  const rule = unicodePattern(name, pattern)
  if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && maxLength >= 1)) {
    throw new Error(`The maxLength of ${name} must be an integer from 1 up, is ${maxLength}`)
  }
  return branded(t.string)({
    name,
    is: (text) =>
      rule.test(text) && (maxLength === undefined || text.length <= maxLength || [...text].length <= maxLength),
    jsonSchema: { type: 'string', pattern: rule.source, ...(maxLength === undefined ? undefined : { maxLength }) },
  })
}
