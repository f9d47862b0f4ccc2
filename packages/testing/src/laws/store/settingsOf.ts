import { readRun } from '../../internal/readNumbers.ts'
import type { LawSetup } from '../LawSetup.ts'
import type { StoreCapability } from '../StoreCapabilities.ts'
import type { MakeStore } from '../StoreUnderTest.ts'
import type { LawSettings } from './LawContext.ts'

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

/** What the laws make of their set-up. */
export const settingsOf = ({ makeStore, capabilities = {}, ...given }: StoreLawSetup): LawSettings => {
  const { numRuns, ...seed } = readRun(given)
  return {
    makeStore,
    can: (capability: StoreCapability) => capabilities[capability] !== false,
    runs: (share: number) => ({ numRuns: Math.max(1, Math.ceil((share * numRuns) / 100)), ...seed }),
  }
}
