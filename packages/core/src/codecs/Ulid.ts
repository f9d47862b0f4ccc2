import type { Branded, BrandedCodec } from './Branded.ts'
import { brandedText } from './brandedText.ts'

/**
 * A ULID in its canonical form: 26 capital letters and digits of Crockford's alphabet. The order of the texts is that
 * of their times.
 *
 * @category model
 * @since 0.1.0
 */
export type Ulid = Branded<string, 'Ulid'>

/**
 * The codec of {@link Ulid}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Ulid: BrandedCodec<string, 'Ulid'> = brandedText('Ulid', { pattern: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/ })
