import { type Arbitrary, asyncProperty, check, type Parameters, stringify } from 'fast-check'

const messageOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown)

/**
 * The configuration of a property: the number of its runs, and the seed of their values, which makes a failure
 * repeatable.
 */
export type Runs = Pick<Parameters<unknown>, 'numRuns' | 'seed'>

/**
 * Checks every generated value. The error has the smallest failing value and its failure, all in the message, because
 * not every runner shows the cause of an error.
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
