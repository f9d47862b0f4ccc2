import type { StoreCapability } from '../../StoreCapabilities.ts'
import type { LawContext } from './LawContext.ts'

/** A promise of a store: it holds when `check` ends without an error, for a store that can do what the law needs. */
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

/** Laws about one thing. What all of them need is said once. */
export const groupOf = (
  group: string,
  laws: ReadonlyArray<UngroupedLaw>,
  ...needs: ReadonlyArray<StoreCapability>
): ReadonlyArray<Law> => laws.map((one) => ({ ...one, group, needs: [...needs, ...one.needs] }))
