import * as fc from 'fast-check'

const year = (n: number): Date => new Date(Date.UTC(n, 0, 1))

/** Whole seconds first: some codecs keep no more. */
export const wholeSeconds: fc.Arbitrary<Date> = fc
  .integer({ min: 0, max: year(2_100).getTime() / 1_000 })
  .map((seconds) => new Date(seconds * 1_000))

/** Dates people write, and the years before and after. */
export const dates: ReadonlyArray<fc.Arbitrary<Date>> = [
  fc.date({ min: year(1_970), max: year(2_100), noInvalidDate: true }),
  fc.date({ min: year(2_025), max: year(2_200), noInvalidDate: true }),
  fc.date({ min: year(0), max: year(9_999), noInvalidDate: true }),
]
