import { Aggregate } from '@foldlog/core'
import { decideOnTransfer, type TransferCommand } from './Decisions.ts'
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
  commands: ['RequestTransfer', 'CompleteTransfer', 'RefuseTransfer', 'CompensateTransfer'],
  id: ({ data }: TransferCommand) => data.transferId,
  decider: { initialState: initialTransfer, evolve: evolveTransfer, decide: decideOnTransfer },
  events: TransferEvent,
})
