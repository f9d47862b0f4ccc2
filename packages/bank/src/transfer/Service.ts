import { Aggregate } from '@foldlog/core'
import { TransferCommand } from './Commands.ts'
import { decideOnTransfer } from './Decisions.ts'
import { TransferEvent } from './Events.ts'
import { evolveTransfer, initialTransfer } from './Fold.ts'

/**
 * The transfers of the bank, each a stream `transfer-ID`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const transfer = Aggregate.make({
  category: 'transfer',
  commands: TransferCommand,
  id: ({ data }) => data.transferId,
  decider: { initialState: initialTransfer, evolve: evolveTransfer, decide: decideOnTransfer },
  events: TransferEvent,
})
