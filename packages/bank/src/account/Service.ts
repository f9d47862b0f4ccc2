import { Aggregate } from '@foldlog/core'
import { AccountCommand } from './Commands.ts'
import { decide } from './Decisions.ts'
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
  commands: AccountCommand,
  id: ({ data }) => data.accountId,
  decider: { initialState, evolve, decide },
  events: AccountEvent,
})
