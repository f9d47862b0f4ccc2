import { Aggregate } from '@foldlog/core'
import { type AccountCommand, decide } from './Decisions.ts'
import { AccountEvent } from './Events.ts'
import { evolve, initialState } from './Fold.ts'

/**
 * The accounts of the bank, each a stream `account-ID`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const account = Aggregate.make({
  category: 'account',
  commands: [
    'OpenAccount',
    'RenameAccount',
    'CloseAccount',
    'Deposit',
    'Withdraw',
    'PostEntry',
    'SendTransfer',
    'CancelTransfer',
    'ReceiveTransfer',
    'RecallTransfer',
    'ReturnTransfer',
  ],
  id: ({ data }: AccountCommand) => data.accountId,
  decider: { initialState, evolve, decide },
  events: AccountEvent,
})
