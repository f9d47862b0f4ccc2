import { act, type Snapshot, state } from '@rotorsoft/act'
import { z } from 'zod'
import { type Account, afterDeposit, initialState, mayDeposit } from './account.ts'
import { eventType } from './payload.ts'

const deposit = z.object({
  amount: z.number(),
  currency: z.string(),
  day: z.string(),
  purpose: z.string(),
  partner: z.object({ bank: z.string(), account: z.string() }),
  text: z.string(),
})

const balance = z.object({ balance: z.number(), deposits: z.number() })

/** The number of events between two snapshots, as for foldlog. */
const every = 100

/**
 * The account of all candidates, for `@rotorsoft/act`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const actAccount = (snapshots: boolean) => {
  const account = state('Account', balance)
    .init(() => initialState)
    .emits({ [eventType]: deposit })
    .patch({ [eventType]: ({ data }, before): Account => afterDeposit(before, data.amount) })
    .on('Deposit', deposit)
    .emit((data, before) => {
      if (!mayDeposit(before, data.amount)) throw new Error('refused')
      return [eventType, data]
    })
    .snap(({ patches }: Pick<Snapshot<Account, never>, 'patches'>) => snapshots && patches >= every)
    .build()
  return { account, app: act().with(account).build() }
}
