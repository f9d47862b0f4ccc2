import type * as fc from 'fast-check'
import type * as t from 'io-ts'
import type { Unbranded } from './Unbranded.ts'

/**
 * Where the values of a codec come from, wherever it is met. `codec` is the codec itself, or its name.
 *
 * @category model
 * @since 0.1.0
 */
export interface CodecArbitrary {
  readonly codec: t.Mixed | string
  readonly arbitrary: fc.Arbitrary<unknown>
}

/**
 * Says where the values of a codec come from: `withArbitrary(Money, money)`, or by name, `withArbitrary('Money', money)`. By codec the compiler sees to it
 * that they fit, except for brands; either way they are tried on the codec.
 *
 * @category constructors
 * @since 0.1.0
 */
export const withArbitrary = <Codec extends t.Mixed | string>(
  codec: Codec,
  arbitrary: fc.Arbitrary<Codec extends t.Mixed ? Unbranded<t.TypeOf<Codec>> : unknown>,
): CodecArbitrary => ({ codec, arbitrary })
