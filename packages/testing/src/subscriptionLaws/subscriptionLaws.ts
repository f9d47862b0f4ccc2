import { type Check, type Group, type MakeHandlerStore, withStore } from '../handlerLaws/HandlerLaw.ts'
import { rewindingOf } from '../laws/Subject.ts'
import { storeCapabilities } from '../StoreCapabilities.ts'
import type { LawLeftOut, StoreLaw } from '../StoreLaws.ts'
import { checkpoints } from './checkpoints.ts'
import { consumerGroups } from './consumerGroups.ts'
import { delivery } from './delivery.ts'
import { failures } from './failures.ts'
import { processManagers } from './processManagers.ts'
import { rebuilds } from './rebuilds.ts'
import { registrations } from './registrations.ts'
import { rewinds } from './rewinds.ts'
import type { Subscriptions } from './Subscriptions.ts'
import { stopping, waiting } from './stopping.ts'
import { makeWorld, type World } from './World.ts'

const groups: ReadonlyArray<Group<World>> = [
  delivery,
  checkpoints,
  consumerGroups,
  rebuilds,
  failures,
  processManagers,
  registrations,
  rewinds,
  waiting,
  stopping,
]

/**
 * How long the laws wait, in milliseconds: `leaseTime` for a process that is gone (600 when absent; on a store with
 * long round trips it should be ten times as long as one), `patience` for anything else, before they call it a failure
 * (30,000). `rewinds: false` leaves out the laws that make the log go back, see `rewinding` of {@link
 * HandlerStoreUnderTest}.
 *
 * @category model
 * @since 0.1.0
 */
export interface SubscriptionLawsOptions {
  readonly leaseTime?: number
  readonly patience?: number
  readonly rewinds?: boolean
}

const isHeld =
  (options: SubscriptionLawsOptions) =>
  ({ rewinds }: Check<World>): boolean =>
    rewinds !== true || options.rewinds !== false

/**
 * What a store and a runtime of handlers promise together, as named checks: delivery, checkpoints, consumer groups,
 * rebuilds, failures, process managers, registrations that are lost, logs that go back, waiting and stopping. Each
 * makes a store of its own, runs real handlers on it, and fails by throwing. `subscriptions` is the module
 * `@foldlog/subscriptions`.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const subscriptionLaws = (
  subscriptions: Subscriptions,
  makeStore: MakeHandlerStore,
  options: SubscriptionLawsOptions = {},
): ReadonlyArray<StoreLaw> => {
  const { leaseTime = 600, patience = 30_000 } = options
  return groups.flatMap(({ group, checks }) =>
    checks.filter(isHeld(options)).map(({ name, check }) => ({
      group,
      name,
      run: () =>
        withStore(makeStore, async ({ store, other = store, rewinding }) => {
          const world = makeWorld({ subscriptions, leaseTime, patience }, store, {
            other,
            rewinding: rewindingOf(rewinding),
          })
          try {
            await check(world)
          } catch (failure) {
            await world.end().catch(() => undefined)
            throw failure
          }
          await world.end()
        }),
    })),
  )
}

/**
 * The laws that {@link subscriptionLaws} leaves out, and why.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const subscriptionLawsLeftOut = (options: SubscriptionLawsOptions): ReadonlyArray<LawLeftOut> =>
  groups.flatMap(({ group, checks }) =>
    checks
      .filter((one) => !isHeld(options)(one))
      .map(({ name }) => ({ group, name, why: `the store does not claim rewinds (${storeCapabilities.rewinds})` })),
  )
