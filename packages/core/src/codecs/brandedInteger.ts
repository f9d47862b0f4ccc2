import * as t from 'io-ts'
import { type BrandedCodec, branded } from './Branded.ts'

/**
 * The limits of an integer, both included. Without one, the limit is that of the integers that JavaScript counts
 * exactly.
 *
 * @category model
 * @since 0.1.0
 */
export interface IntegerRule {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/**
 * The codec of a branded integer. Minus zero is refused, because JSON would read it back as zero.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { brandedInteger } from '@foldlog/core/codecs'
 * import type * as t from 'io-ts'
 *
 * const Nights = brandedInteger('Nights', { min: 1, max: 365 })
 * type Nights = t.TypeOf<typeof Nights>
 *
 * console.log(Nights.is(3), Nights.is(0), Nights.is(1.5))
 * ```
 *
 * ```text
 * true false false
 * ```
 */
export const brandedInteger = <const Name extends string>(
  name: Name,
  { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: IntegerRule = {},
): BrandedCodec<number, Name> => {
  const areLimits = Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max
  if (!areLimits) throw new Error(`The limits of ${name} must be integers, min at most max, are ${min} and ${max}`)
  return branded(t.number)({
    name,
    is: (n) => Number.isSafeInteger(n) && n >= min && n <= max && !Object.is(n, -0),
    jsonSchema: { type: 'integer', minimum: min, maximum: max },
  })
}
