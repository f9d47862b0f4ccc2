import { storeCapabilities } from '../../StoreCapabilities.ts'
import type { SkippedLaw, StoreLaw } from '../../StoreLaws.ts'
import { type LawGroup, type MakeHandlerStore, type UnboundLaw, withStore } from '../handlers/HandlerLaw.ts'
import { rewindingOf } from '../store/LawContext.ts'
import { checkpoints } from './checkpoints.ts'
import { consumerGroups } from './consumerGroups.ts'
import { delivery } from './delivery.ts'
import { failures } from './failures.ts'
import { processManagers } from './processManagers.ts'
import { makeRuntimeLawContext, type RuntimeLawContext } from './RuntimeLawContext.ts'
import { rebuilds } from './rebuilds.ts'
import { registrations } from './registrations.ts'
import { rewinds } from './rewinds.ts'
import type { SubscriptionsModule } from './SubscriptionsModule.ts'
import { stopping, waiting } from './stopping.ts'

const groups: ReadonlyArray<LawGroup<RuntimeLawContext>> = [
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
 * How long the laws wait, in milliseconds: `leaseTime` for a dead process (600 by default; on a store with long round
 * trips it should be ten times as long as one round trip), `patience` for anything else, before they fail (30,000).
 * `rewinds: false` leaves out the laws that make the log go back, see `rewinding` of {@link HandlerStoreUnderTest}.
 *
 * @category model
 * @since 0.1.0
 */
export interface SubscriptionLawsOptions {
  readonly leaseTime?: number
  readonly patience?: number
  readonly rewinds?: boolean
}

const isApplicable =
  (options: SubscriptionLawsOptions) =>
  ({ rewinds }: UnboundLaw<RuntimeLawContext>): boolean =>
    rewinds !== true || options.rewinds !== false

/**
 * The common promises of a store and a runtime of handlers, as named checks: delivery, checkpoints, consumer groups,
 * rebuilds, failures, process managers, lost registrations, rewinds of the log, waiting and stopping. Each law creates
 * a store of its own, runs real handlers on it, and fails by throwing. `subscriptions` is the module
 * `@foldlog/subscriptions`.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const subscriptionLaws = (
  subscriptions: SubscriptionsModule,
  makeStore: MakeHandlerStore,
  options: SubscriptionLawsOptions = {},
): ReadonlyArray<StoreLaw> => {
  const { leaseTime = 600, patience = 30_000 } = options
  return groups.flatMap(({ group, laws }) =>
    laws.filter(isApplicable(options)).map(({ name, check }) => ({
      group,
      name,
      run: () =>
        withStore(makeStore, async ({ store, other = store, rewinding }) => {
          const context = makeRuntimeLawContext({ subscriptions, leaseTime, patience }, store, {
            other,
            rewinding: rewindingOf(rewinding),
          })
          try {
            await check(context)
          } catch (failure) {
            await context.stopAll().catch(() => undefined)
            throw failure
          }
          await context.stopAll()
        }),
    })),
  )
}

/**
 * The laws that {@link subscriptionLaws} leaves out, with the reasons.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const skippedSubscriptionLaws = (options: SubscriptionLawsOptions): ReadonlyArray<SkippedLaw> =>
  groups.flatMap(({ group, laws }) =>
    laws
      .filter((one) => !isApplicable(options)(one))
      .map(({ name }) => ({ group, name, why: `the store does not claim rewinds (${storeCapabilities.rewinds})` })),
  )
