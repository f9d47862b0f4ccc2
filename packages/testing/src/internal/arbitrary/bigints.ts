import * as fc from 'fast-check'

/** Small ones, and ones that no number holds. */
export const bigints: ReadonlyArray<fc.Arbitrary<bigint>> = [
  fc.bigInt({ min: -100n, max: 1_000n }),
  fc.bigInt({ min: 0n, max: 1_000n }),
  fc.bigInt({ min: 1n, max: 1_000n }),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
]
