import type * as fc from 'fast-check'
import type * as t from 'io-ts'
import type { Plain } from './Plain.ts'

/**
 * Where the values of a codec come from, wherever it is met. `codec` is the codec itself, or its name.
 *
 * @category model
 * @since 0.1.0
 */
export interface Override {
  readonly codec: t.Mixed | string
  readonly arbitrary: fc.Arbitrary<unknown>
}

/**
 * Says where the values of a codec come from: `override(Money, money)`, or by name, `override('Money', money)`. By codec the compiler sees to it
 * that they fit, except for brands; either way they are tried on the codec.
 *
 * @category constructors
 * @since 0.1.0
 */
export const override = <Codec extends t.Mixed | string>(
  codec: Codec,
  arbitrary: fc.Arbitrary<Codec extends t.Mixed ? Plain<t.TypeOf<Codec>> : unknown>,
): Override => ({ codec, arbitrary })
