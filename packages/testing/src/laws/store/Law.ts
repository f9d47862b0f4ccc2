import type { StoreCapability } from '../../StoreCapabilities.ts'
import type { LawContext } from './LawContext.ts'

/** A promise of a store. It holds when `check` ends without an error, for a store that has the needed functions. */
export interface Law {
  readonly group: string
  readonly name: string
  readonly needs: ReadonlyArray<StoreCapability>
  readonly check: (context: LawContext) => Promise<void>
}

type UngroupedLaw = Omit<Law, 'group'>

export const law = (name: string, check: Law['check'], ...needs: ReadonlyArray<StoreCapability>): UngroupedLaw => ({
  name,
  check,
  needs,
})

/** Creates the laws about one subject. `needs` lists the functions that all of them use. */
export const groupOf = (
  group: string,
  laws: ReadonlyArray<UngroupedLaw>,
  ...needs: ReadonlyArray<StoreCapability>
): ReadonlyArray<Law> => laws.map((one) => ({ ...one, group, needs: [...needs, ...one.needs] }))
