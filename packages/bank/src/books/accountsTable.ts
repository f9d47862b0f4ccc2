import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { Overdraft } from '../account/Cents.ts'
import { AccountName } from '../account/Events.ts'
import { account } from '../account/Service.ts'
import { AccountLine } from './AccountLine.ts'

/**
 * A line of the table of accounts, as it is kept.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountView = t.strict({
  account: t.strict({
    status: t.keyof({ open: null, closed: null }),
    name: AccountName,
    overdraft: Overdraft,
    // A balance is a sum of amounts, and kept within the safe integers by every decision.
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
 * The table of accounts: a projection, so that a reader need not read the whole log.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountsTable: Projection<readonly [typeof account], AccountView> = Projection.make({
  name: 'accounts',
  from: [account],
  partitions: 8,
  view: AccountView,
  // The stream and not the account's number: an event that cannot be decoded has no other key, and later events wait
  // for it.
  key: ({ stream }) => stream,
  project: (view, { event }): AccountView | undefined => {
    const { account: after, ...counts } = AccountLine.evolve(view ?? AccountLine.empty, event)
    if (after.status === 'unopened') return undefined
    // The account remembers transfers for its decisions; in the table that memory would only grow.
    const { status, name, overdraft, balance } = after
    return { account: { status, name, overdraft, balance }, ...counts }
  },
})
