import { readRun } from '../../internal/readNumbers.ts'
import type { StoreCapability } from '../StoreCapabilities.ts'
import type { LawSettings } from './LawContext.ts'
import type { StoreLawSetup } from './StoreLawSetup.ts'

/** What the laws make of their set-up. */
export const settingsOf = ({ makeStore, capabilities = {}, ...given }: StoreLawSetup): LawSettings => {
  const { numRuns, ...seed } = readRun(given)
  return {
    makeStore,
    can: (capability: StoreCapability) => capabilities[capability] !== false,
    runs: (share: number) => ({ numRuns: Math.max(1, Math.ceil((share * numRuns) / 100)), ...seed }),
  }
}
