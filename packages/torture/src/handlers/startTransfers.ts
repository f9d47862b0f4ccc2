import type { EventStore } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import type { Random } from '../Random.ts'
import { pause } from '../timers.ts'
import { account } from './account.ts'

const accounts = ['1', '2', '3', '4', '5']

/**
 * Withdraws several coins per second until the returned function is called, which resolves when no withdrawal is in
 * progress. Their outcomes do not matter: a transfer begins with an event of the log.
 *
 * @category constructors
 * @since 0.1.0
 */
export const startTransfers = (store: EventStore, random: Random): (() => Promise<void>) => {
  const { dispatch, stop } = makeDispatcher({ store, aggregates: [account] })
  let stopped = false
  const work = async (): Promise<void> => {
    for (let i = 1; !stopped; i++) {
      const [id = '', to = ''] = random.shuffle(accounts)
      await dispatch({ type: 'Withdraw', data: { id, transfer: `transfer ${i}`, to } })()
      await pause(random.int(5, 100))
    }
  }
  const working = work()
  return async () => {
    stopped = true
    await working
    await stop()
  }
}
