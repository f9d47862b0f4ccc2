import { Aggregate } from '@foldlog/core'
import { AccountCommand, decideOnAccount } from './Decisions.ts'
import { AccountEvent } from './Events.ts'
import { Account, evolveAccount, initialAccount } from './Fold.ts'

/**
 * The accounts of customers, each a stream `account-ID`.
 *
 * Snapshots of version 1 had only a balance; they are skipped and replaced.
 *
 * @category constructors
 * @since 0.1.0
 */
export const account = Aggregate.make({
  category: 'account',
  commands: AccountCommand,
  id: ({ data }) => data.accountId,
  decider: { initialState: initialAccount, evolve: evolveAccount, decide: decideOnAccount },
  events: AccountEvent,
  snapshot: { schemaVersion: 2, every: 50, codec: Account },
})
