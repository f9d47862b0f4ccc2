import * as fc from 'fast-check'

/** Fails the test when the assertion fails for some value. The values are always the same. */
export const checkProperty = <A>(values: fc.Arbitrary<A>, assertion: (value: A) => void, numRuns = 200): void => {
  const details = fc.check(fc.property(values, assertion), { numRuns, seed: 42 })
  if (details.failed) throw new Error(fc.defaultReportMessage(details))
}
