import * as fc from 'fast-check'
import type { Accepts } from './accepts.ts'

/** JSON has no minus zero. */
const withoutMinusZero = (values: fc.Arbitrary<number>): fc.Arbitrary<number> => values.map((n) => (n === 0 ? 0 : n))

const doubles = (min: number, max: number): fc.Arbitrary<number> =>
  withoutMinusZero(fc.double({ min, max, noNaN: true, noDefaultInfinity: true }))

const { MAX_SAFE_INTEGER: most, MIN_SAFE_INTEGER: least, MAX_VALUE: huge } = Number

/** Any number that JSON has, most of them small: small numbers break the rules of a domain as well as large ones. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: fc.integer({ min: -10, max: 100 }) },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 2, arbitrary: doubles(-huge, huge) },
)

/** Numbers that people set limits at: some of them are inside most limits. */
const integers = [
  0,
  1,
  2,
  5,
  10,
  12,
  24,
  42,
  60,
  100,
  365,
  500,
  1_000,
  1_024,
  1_993,
  2_024,
  8_080,
  10_000,
  65_535,
  100_000,
  1_000_000,
  1e9,
  1.7e9,
  1e12,
  1.7e12,
  2 ** 52,
  -1,
  -2,
  -10,
  -100,
  -1_000,
  -1e6,
  -1e9,
]
const fractions = [0.5, 0.1, 0.001, 1.5, 3.14, 50.5, 99.9, 1_000.5, -0.5, -1.5, -99.9]

/** The last accepted number on the way from one that is to one that need not be, as far as halving the way finds it. */
const edge = (accepts: Accepts, from: number, to: number, between: (a: number, b: number) => number): number => {
  if (accepts(to)) return to
  let [inside, outside] = [from, to]
  for (;;) {
    const middle = between(inside, outside)
    if (middle === inside || middle === outside) return inside
    if (accepts(middle)) inside = middle
    else outside = middle
  }
}

interface Range {
  readonly min: number
  readonly max: number
}

const ranges = (
  accepts: Accepts,
  seeds: ReadonlyArray<number>,
  limits: Range,
  between: (a: number, b: number) => number,
): ReadonlyArray<Range> => {
  const found: Array<Range> = []
  for (const seed of seeds.filter(accepts)) {
    if (found.some(({ min, max }) => min <= seed && seed <= max)) continue
    found.push({ min: edge(accepts, seed, limits.min, between), max: edge(accepts, seed, limits.max, between) })
  }
  return found
}

/** Mostly the small numbers of a range, as these meet each other; the edges, too. */
const within = ({ min, max }: Range): fc.Arbitrary<number> => {
  const origin = Math.max(min, Math.min(max, 0))
  const near = (far: number) => fc.integer({ min: Math.max(min, origin - far), max: Math.min(max, origin + far) })
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: near(3) },
    { weight: 2, arbitrary: near(10) },
    { weight: 2, arbitrary: near(1_000) },
    { weight: 1, arbitrary: fc.integer({ min, max }) },
    { weight: 1, arbitrary: fc.constantFrom(min, max) },
  )
}

/**
 * Candidates for the numbers that a codec accepts. The codec is tried on numbers that people use, and from each
 * accepted one the limits are searched for. So a limit like "from 1 to 10,000" is found, and its ends are tried. Steps
 * of ten or a thousand come second.
 */
export const numbersFor = (accepts: Accepts): ReadonlyArray<ReadonlyArray<fc.Arbitrary<number>>> => {
  const whole = ranges(accepts, integers, { min: least, max: most }, (a, b) => a + Math.trunc((b - a) / 2))
  const broken = ranges(accepts, fractions, { min: -huge, max: huge }, (a, b) => a / 2 + b / 2)
  const multiples = [10, 25, 100, 1_000].map((step) => fc.integer({ min: -1_000, max: 1_000 }).map((n) => n * step + 0))
  return [[...whole.map(within), ...broken.map(({ min, max }) => doubles(min, max))], multiples]
}
