import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { InlineProjection } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const AccountEvent = EventCodec.make({
  Deposited: t.strict({ amount: t.number }),
  Withdrawn: t.strict({ amount: t.number }),
})

export type AccountEvent = EventOf<typeof AccountEvent>

export interface AccountCommand {
  readonly type: 'Deposit' | 'Withdraw'
  readonly data: {
    readonly id: string
    readonly amount: number
    /** The event that a process manager deposits it for. */
    readonly of?: number
  }
}

export interface Overdrawn {
  readonly _tag: 'Overdrawn'
  readonly balance: number
}

export const evolve = (balance: number, { type, data }: AccountEvent): number =>
  type === 'Deposited' ? balance + data.amount : balance - data.amount

/** An account that must not be overdrawn, with a snapshot behind every second event. */
export const account = Aggregate.make({
  category: 'account',
  commands: ['Deposit', 'Withdraw'],
  id: ({ data }: AccountCommand) => data.id,
  events: AccountEvent,
  snapshot: { schemaVersion: 1, codec: t.number, every: 2 },
  decider: {
    initialState: 0,
    evolve,
    decide: ({ type, data: { amount } }: AccountCommand, balance): E.Either<Overdrawn, ReadonlyArray<AccountEvent>> => {
      if (type === 'Deposit') return E.right([{ type: 'Deposited', data: { amount } }])
      return amount > balance
        ? E.left({ _tag: 'Overdrawn', balance })
        : E.right([{ type: 'Withdrawn', data: { amount } }])
    },
  },
})

/** The balance of each account, written with the appends. */
export const balances = InlineProjection.make({
  name: 'balances',
  from: [{ category: 'account', events: AccountEvent }],
  view: t.number,
  key: ({ stream }) => stream,
  project: (balance: number | undefined, { event }) => evolve(balance ?? 0, event),
})
