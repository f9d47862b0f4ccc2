import { type ProcessInput, ProcessManager, Reaction } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { type AccountCommand, type AccountEvent, accountSource } from './account.ts'

/**
 * A process for each transfer: it deposits a withdrawn coin at its target, and then ends.
 *
 * @category handlers
 * @since 0.1.0
 */
export const paymentProcess = (partitions: number) =>
  ProcessManager.make({
    name: 'paying',
    from: [accountSource],
    start: 'origin',
    partitions,
    state: t.number,
    initialState: 0,
    key: ({ event }) => event.data.transfer,
    evolve: (inputs: number, _: ProcessInput<AccountEvent, AccountCommand>) => inputs + 1,
    react: (_, input: ProcessInput<AccountEvent, AccountCommand>): ReadonlyArray<Reaction<AccountCommand>> => {
      if (input._tag !== 'EventHappened') return []
      const { event } = input.event
      if (event.type === 'Deposited') return [Reaction.end]
      const { transfer, to } = event.data
      return [Reaction.send({ type: 'Deposit', data: { id: to, transfer } })]
    },
  })
