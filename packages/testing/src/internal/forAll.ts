import { type Arbitrary, asyncProperty, check, type Parameters, stringify } from 'fast-check'

const messageOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown)

/** How a property runs: the number of its runs, and the seed of their values, by which a failure is met again. */
export type Runs = Pick<Parameters<unknown>, 'numRuns' | 'seed'>

/**
 * Every value that the arbitrary makes passes. A failure is told with the smallest value found and what it failed with: the whole of it in the
 * message, because not every runner shows the cause of an error.
 */
export const forAll = async <A>(
  arbitrary: Arbitrary<A>,
  runs: Runs,
  passes: (value: A) => Promise<void>,
  show: (value: A) => string = stringify,
): Promise<void> => {
  const details = await check(asyncProperty(arbitrary, passes), runs)
  if (!details.failed) return
  const { counterexample, errorInstance, numRuns, numShrinks, seed } = details
  const found = counterexample === null ? 'no value could be made' : `for ${show(counterexample[0])}`
  throw new Error(
    `${messageOf(errorInstance)}\n${found}\n(run ${numRuns}, made smaller ${numShrinks} times; seed: ${seed})`,
    { cause: errorInstance },
  )
}
