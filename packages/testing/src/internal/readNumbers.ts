import { orThrow } from '@foldlog/core'
import { NumberOption } from '@foldlog/core/store'

/** How often something is tried, or how large it is. */
export const count = (absent: number): NumberOption => ({ min: 1, max: 1_000_000_000, absent })

/** Milliseconds. */
export const duration = (absent: number): NumberOption => ({ min: 1, max: NumberOption.longestTimer, absent })

/**
 * A number among the options of a test, or its default. A wrong one throws an `Error` that names it: with NaN runs a
 * check would try nothing, and pass.
 */
export const readNumber = (what: string, option: NumberOption, value: number | undefined): number =>
  orThrow(NumberOption.read(what, option, value))

/** fast-check takes the lower 32 bits of it. */
const seedOption: NumberOption = { min: -(2 ** 31), max: 2 ** 32 - 1, absent: 0 }

/** The options of a run of fast-check, which chooses a seed when there is none. */
export const readRun = ({
  numRuns,
  seed,
}: {
  readonly numRuns?: number | undefined
  readonly seed?: number | undefined
}): { readonly numRuns: number; readonly seed?: number } => ({
  numRuns: readNumber('numRuns', count(100), numRuns),
  ...(seed === undefined ? {} : { seed: readNumber('seed', seedOption, seed) }),
})
