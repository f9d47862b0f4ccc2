import type * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import type { CodecArbitrary } from './CodecArbitrary.ts'
import { valuesOf } from './internal/arbitrary/valuesOf.ts'
import type { NoArbitrary } from './NoArbitrary.ts'

/**
 * Options for the values of codecs.
 *
 * @category model
 * @since 0.1.0
 */
export interface ArbitraryOptions {
  /** The arbitraries of certain codecs, see {@link withArbitrary}; the first match counts. */
  readonly overrides?: ReadonlyArray<CodecArbitrary> | undefined
}

/**
 * The values of a codec as an arbitrary of fast-check, or what is in the way: {@link arbitrary} without throwing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const arbitraryEither = <A>(
  codec: t.Type<A, unknown>,
  { overrides = [] }: ArbitraryOptions = {},
): E.Either<NoArbitrary, fc.Arbitrary<A>> =>
  F.pipe(
    valuesOf(overrides)(codec, codec.name.length <= 30 ? codec.name : 'value'),
    E.bimap(
      (problems): NoArbitrary => ({ _tag: 'NoArbitrary', problems }),
      // The codec has recognized each value that passes its filter: it is an A.
      (values) => values as fc.Arbitrary<A>,
    ),
  )

/**
 * The values of a codec as an arbitrary of fast-check. The codec recognizes every value, and decodes its encoding.
 * Values that JSON or a store cannot hold (`NaN`, minus zero, NUL, half a surrogate pair) are left out.
 *
 * It supports the codecs of io-ts and, by the values that they accept, most other codecs of plain values, among them
 * those of io-ts-types. For brands and other refinements it searches for the limits, and for common forms such as days,
 * UUIDs and codes.
 *
 * An unknown codec, or one for which hardly any value is found, is an error of the test: it throws at once, where the
 * constant is defined, and the message has a remedy. {@link arbitraryEither} returns the same as an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { arbitrary } from '@foldlog/testing'
 * import * as fc from 'fast-check'
 * import * as t from 'io-ts'
 *
 * const Price = t.strict({ cents: t.Int, currency: t.string })
 * fc.assert(fc.property(arbitrary(Price), (price) => Price.is(price)))
 * ```
 */
export const arbitrary = <A>(codec: t.Type<A, unknown>, options?: ArbitraryOptions): fc.Arbitrary<A> =>
  F.pipe(
    arbitraryEither(codec, options),
    E.getOrElse(({ problems }): fc.Arbitrary<A> => {
      throw new Error(`There is no arbitrary for this codec: ${problems.join('; ')}`)
    }),
  )
