import { duration, readNumber } from '../../internal/readNumbers.ts'
import { withStore } from '../handlers/HandlerLawContext.ts'
import { defaultPatience, type HandlerStoreLawSetup } from '../handlers/handlerStoreLaws.ts'
import { type Law, providing } from '../Law.ts'
import { checkpoints } from './checkpoints.ts'
import { consumerGroups } from './consumerGroups.ts'
import { delivery } from './delivery.ts'
import { failures } from './failures.ts'
import { processEnds } from './processEnds.ts'
import { processManagers } from './processManagers.ts'
import { makeRuntimeLawContext, type RuntimeLawContext } from './RuntimeLawContext.ts'
import { rebuilds } from './rebuilds.ts'
import { registrations } from './registrations.ts'
import { rewinds } from './rewinds.ts'
import type { SubscriptionsModule } from './SubscriptionsModule.ts'
import { stopping, waiting } from './stopping.ts'

const all: ReadonlyArray<Law<RuntimeLawContext>> = [
  ...delivery,
  ...checkpoints,
  ...consumerGroups,
  ...rebuilds,
  ...failures,
  ...processEnds,
  ...processManagers,
  ...registrations,
  ...rewinds,
  ...waiting,
  ...stopping,
]

/**
 * The set-up of subscription laws: the module `@foldlog/subscriptions`, the store, and how long the laws wait for a
 * dead process (`leaseTime`, in milliseconds, 600 by default; on a store with long round trips it should be ten times
 * as long as one round trip).
 *
 * @category model
 * @since 0.1.0
 */
export interface SubscriptionLawSetup extends HandlerStoreLawSetup {
  readonly subscriptions: SubscriptionsModule
  readonly leaseTime?: number | undefined
}

/**
 * The common promises of a store and a runtime of handlers, as a plain list: delivery, checkpoints, consumer groups,
 * rebuilds, failures, ends of processes, process managers, lost registrations, rewinds of the log, waiting and
 * stopping. Each law runs real handlers on a store of its own.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const subscriptionLaws: ReadonlyArray<Law<SubscriptionLawSetup>> = providing(
  all,
  async ({ subscriptions, makeStore, ...given }: SubscriptionLawSetup, run) => {
    const times = {
      leaseTime: readNumber('leaseTime', duration(600), given.leaseTime),
      patience: readNumber('patience', defaultPatience, given.patience),
    }
    await withStore(makeStore, async ({ store, ...opened }) => {
      const context = makeRuntimeLawContext({ subscriptions, ...times }, store, opened)
      try {
        await run(context)
      } catch (failure) {
        await context.stopAll().catch(() => undefined)
        throw failure
      }
      await context.stopAll()
    })
  },
)
