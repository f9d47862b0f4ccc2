import type { LawSetup } from '../LawSetup.ts'
import type { MakeStore } from '../StoreUnderTest.ts'

/**
 * The set-up of store laws: how to create a store, the claims of the store, and the size of the laws. `numRuns` is the
 * number of runs of a property, 100 by default (some laws take a multiple of it); `seed` makes the values of properties
 * repeatable.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreLawSetup extends LawSetup {
  readonly makeStore: MakeStore
  readonly numRuns?: number | undefined
  readonly seed?: number | undefined
}
