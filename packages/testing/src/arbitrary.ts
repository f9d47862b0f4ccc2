import type * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import type { CodecArbitrary } from './CodecArbitrary.ts'
import { valuesOf } from './internal/arbitrary/valuesOf.ts'
import type { NoArbitrary } from './NoArbitrary.ts'

/**
 * What is known of values beside their codecs.
 *
 * @category model
 * @since 0.1.0
 */
export interface ArbitraryOptions {
  /** Where the values of certain codecs come from, see {@link withArbitrary}; the first that fits counts. */
  readonly overrides?: ReadonlyArray<CodecArbitrary>
}

/**
 * The values of a codec as an arbitrary of fast-check, or what is in the way: {@link arbitrary} without throwing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const buildArbitrary = <A>(
  codec: t.Type<A, unknown>,
  { overrides = [] }: ArbitraryOptions = {},
): E.Either<NoArbitrary, fc.Arbitrary<A>> =>
  F.pipe(
    valuesOf(overrides)(codec, codec.name.length <= 30 ? codec.name : 'value'),
    E.bimap(
      (problems): NoArbitrary => ({ _tag: 'NoArbitrary', problems }),
      // What gets through its filter has been recognised by the codec: it is an A.
      (values) => values as fc.Arbitrary<A>,
    ),
  )

/**
 * The values of a codec as an arbitrary of fast-check. Every value is recognised by the codec, and what it is encoded to is decoded; values
 * that JSON or a store cannot hold (`NaN`, minus zero, NUL, half a surrogate pair) are not among them.
 *
 * It knows the codecs of io-ts and, by what they accept, most others of plain values: those of io-ts-types among them. For brands and other
 * refinements it looks for the limits, and for well-known forms such as days, UUIDs and codes.
 *
 * A codec of which it knows nothing, or hardly finds a value, is a mistake in the test: it throws, at once, where the constant is defined, and the
 * message says how to help. {@link buildArbitrary} gives the same as an `Either`.
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
    buildArbitrary(codec, options),
    E.getOrElse(({ problems }): fc.Arbitrary<A> => {
      throw new Error(`There is no arbitrary for this codec: ${problems.join('; ')}`)
    }),
  )
