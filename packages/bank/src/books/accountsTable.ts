import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { Overdraft } from '../account/Cents.ts'
import { AccountName } from '../account/Events.ts'
import { account } from '../account/Service.ts'
import { AccountLine } from './AccountLine.ts'

/**
 * A line of the table of accounts, as it is stored.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountView = t.strict({
  account: t.strict({
    status: t.keyof({ open: null, closed: null }),
    name: AccountName,
    overdraft: Overdraft,
    // Every decision keeps a balance within the safe integers.
    balance: t.number,
  }),
  entries: t.number,
  declined: t.number,
})

/**
 * A line of the table of accounts.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountView = t.TypeOf<typeof AccountView>

/**
 * The table of accounts: a projection, so that a query need not read the whole log.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountsTable: Projection<readonly [typeof account], AccountView> = Projection.make({
  name: 'accounts',
  from: [account],
  partitions: 8,
  view: AccountView,
  // The stream and not the number of the account: an event that cannot be decoded has no other key, and later events
  // must wait for it in the same lane.
  key: ({ stream }) => stream,
  project: (view, { event }): AccountView | undefined => {
    const { account: after, ...counts } = AccountLine.evolve(view ?? AccountLine.empty, event)
    if (after.status === 'unopened') return undefined
    // The account remembers transfers for its decisions. The table does not need them, and would only grow.
    const { status, name, overdraft, balance } = after
    return { account: { status, name, overdraft, balance }, ...counts }
  },
})
