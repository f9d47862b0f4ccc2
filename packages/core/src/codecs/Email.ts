import type { Branded, BrandedCodec } from './Branded.ts'
import { brandedText } from './brandedText.ts'

/**
 * An e-mail address, as it was given.
 *
 * @category model
 * @since 0.1.0
 */
export type Email = Branded<string, 'Email'>

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'

// The pattern of HTML for `<input type=email>`, and the greatest length that mail servers accept.
const codec: BrandedCodec<string, 'Email'> = brandedText('Email', {
  pattern: new RegExp(`^[a-zA-Z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@${label}(?:\\.${label})*$`),
  maxLength: 254,
})

/**
 * The address in lower case, for comparisons and for keys. Servers may distinguish upper and lower case before the
 * `@`; in practice none does.
 *
 * @category combinators
 * @since 0.1.0
 */
// The pattern does not distinguish them.
const lowerCase = (email: Email): Email => email.toLowerCase() as Email

/**
 * The codec of {@link Email}: what a browser accepts as an address.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Email: BrandedCodec<string, 'Email'> & { readonly lowerCase: (email: Email) => Email } = Object.assign(
  codec,
  { lowerCase },
)
