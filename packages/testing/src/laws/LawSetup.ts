import type { Law } from './Law.ts'
import { type StoreCapabilities, storeCapabilities } from './StoreCapabilities.ts'

/**
 * The part of a set-up that all laws have: what the store claims.
 *
 * @category model
 * @since 0.1.0
 */
export interface LawSetup {
  readonly capabilities?: StoreCapabilities | undefined
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

type Needs = Pick<Law<never>, 'needs'>

const missingCapabilities = ({ needs }: Needs, { capabilities = {} }: LawSetup) =>
  needs.filter((capability) => capabilities[capability] === false)

/** Whether a store with this set-up is held to a law. */
export const isApplicable =
  (setup: LawSetup) =>
  (law: Needs): boolean =>
    missingCapabilities(law, setup).length === 0

/**
 * The laws that a store is not held to, because it declines a capability that they need.
 *
 * @category destructors
 * @since 0.1.0
 */
export const skippedLaws = (laws: ReadonlyArray<Omit<Law<never>, 'run'>>, setup: LawSetup): ReadonlyArray<SkippedLaw> =>
  laws
    .filter((law) => !isApplicable(setup)(law))
    .map(({ group, name, needs }) => ({
      group,
      name,
      why: `the store does not claim ${missingCapabilities({ needs }, setup)
        .map((capability) => `${capability} (${storeCapabilities[capability]})`)
        .join(', ')}`,
    }))
