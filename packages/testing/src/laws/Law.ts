import type { StoreCapability } from '../StoreCapabilities.ts'
import type { Subject } from './Subject.ts'

/** A promise of a store: it holds when `check` ends without an error, for a store that can do what the law needs. */
export interface Law {
  readonly group: string
  readonly name: string
  readonly needs: ReadonlyArray<StoreCapability>
  readonly check: (subject: Subject) => Promise<void>
}

type Ungrouped = Omit<Law, 'group'>

export const law = (name: string, check: Law['check'], ...needs: ReadonlyArray<StoreCapability>): Ungrouped => ({
  name,
  check,
  needs,
})

/** Laws about one thing. What all of them need is said once. */
export const groupOf = (
  group: string,
  laws: ReadonlyArray<Ungrouped>,
  ...needs: ReadonlyArray<StoreCapability>
): ReadonlyArray<Law> => laws.map((one) => ({ ...one, group, needs: [...needs, ...one.needs] }))
