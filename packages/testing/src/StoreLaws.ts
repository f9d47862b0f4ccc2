import { allStoreLaws } from './laws/store/allStoreLaws.ts'
import type { Law } from './laws/store/Law.ts'
import { withContext } from './laws/store/LawContext.ts'
import { type StoreCapabilities, type StoreCapability, storeCapabilities } from './StoreCapabilities.ts'
import type { MakeStore } from './StoreUnderTest.ts'

/**
 * One promise of a store. `run` rejects with an `Error` that has the difference when the store breaks the promise,
 * which is what test runners expect. Laws need no order, and may run concurrently: each creates a store of its own.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreLaw {
  readonly group: string
  readonly name: string
  readonly run: () => Promise<void>
}

/**
 * A law that a store is not held to, and why.
 *
 * @category model
 * @since 0.1.0
 */
export interface SkippedLaw {
  readonly group: string
  readonly name: string
  readonly why: string
}

/**
 * The claims of a store and the size of its laws. `numRuns` is the number of runs of a property, 100 by default (some
 * laws take a multiple of it); `seed` makes the values of properties repeatable.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreLawsOptions {
  readonly capabilities?: StoreCapabilities
  readonly numRuns?: number
  readonly seed?: number
}

const missingCapabilities = (needs: ReadonlyArray<StoreCapability>, capabilities: StoreCapabilities) =>
  needs.filter((capability) => capabilities[capability] === false)

const isApplicable =
  ({ capabilities = {} }: StoreLawsOptions) =>
  ({ needs }: Law): boolean =>
    missingCapabilities(needs, capabilities).length === 0

/**
 * The laws for a store, as a plain list: for any runner of tests, or none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const storeLaws = (makeStore: MakeStore, options: StoreLawsOptions = {}): ReadonlyArray<StoreLaw> => {
  const { capabilities = {}, numRuns = 100, seed } = options
  const settings = {
    makeStore,
    can: (capability: StoreCapability) => capabilities[capability] !== false,
    runs: (share: number) => ({
      numRuns: Math.max(1, Math.ceil((share * numRuns) / 100)),
      ...(seed === undefined ? {} : { seed }),
    }),
  }
  return allStoreLaws.filter(isApplicable(options)).map(({ group, name, check }) => ({
    group,
    name,
    run: () => withContext(settings, check),
  }))
}

/**
 * The laws that {@link storeLaws} leaves out for what the store does not claim.
 *
 * @category destructors
 * @since 0.1.0
 */
export const skippedLaws = (options: StoreLawsOptions): ReadonlyArray<SkippedLaw> => {
  const { capabilities = {} } = options
  return allStoreLaws
    .filter((law) => !isApplicable(options)(law))
    .map(({ group, name, needs }) => ({
      group,
      name,
      why: `the store does not claim ${missingCapabilities(needs, capabilities)
        .map((capability) => `${capability} (${storeCapabilities[capability]})`)
        .join(', ')}`,
    }))
}
