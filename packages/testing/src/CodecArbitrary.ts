import type * as fc from 'fast-check'
import type * as t from 'io-ts'
import type { Unbranded } from './Unbranded.ts'

/**
 * The arbitrary for the values of a codec, at every place of that codec. `codec` is the codec itself, or its name.
 *
 * @category model
 * @since 0.1.0
 */
export interface CodecArbitrary {
  readonly codec: t.Mixed | string
  readonly arbitrary: fc.Arbitrary<unknown>
}

/**
 * Chooses the arbitrary of a codec: `withArbitrary(Money, money)`, or by name, `withArbitrary('Money', money)`. With
 * the codec itself the compiler checks the type of the values, except for brands. In both cases the codec is tried on
 * the values.
 *
 * @category constructors
 * @since 0.1.0
 */
export const withArbitrary = <Codec extends t.Mixed | string>(
  codec: Codec,
  arbitrary: fc.Arbitrary<Codec extends t.Mixed ? Unbranded<t.TypeOf<Codec>> : unknown>,
): CodecArbitrary => ({ codec, arbitrary })
