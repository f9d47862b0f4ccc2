import { Aggregate, CommandCodec, type CommandOf, EventCodec, type EventOf } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const Deposit = t.strict({
  amount: t.number,
  currency: t.string,
  day: t.string,
  purpose: t.string,
  partner: t.strict({ bank: t.string, account: t.string }),
  text: t.string,
})

/**
 * The events of an account.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountEvent = EventCodec.make({ MoneyDeposited: Deposit })

/**
 * An event of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountEvent = EventOf<typeof AccountEvent>

/**
 * The commands of an account.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountCommand = CommandCodec.make({ Deposit: t.strict({ account: t.string, deposit: Deposit }) })

/**
 * A command to an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountCommand = CommandOf<typeof AccountCommand>

/**
 * The state of an account.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Account = t.strict({ balance: t.number, deposits: t.number })

/**
 * The state of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type Account = t.TypeOf<typeof Account>

/**
 * The state before the first event.
 *
 * @category constants
 * @since 0.1.0
 */
export const initialState: Account = { balance: 0, deposits: 0 }

/**
 * The state after an event with this amount. All candidates share this fold.
 *
 * @category destructors
 * @since 0.1.0
 */
export const afterDeposit = ({ balance, deposits }: Account, amount: number): Account => ({
  balance: balance + amount,
  deposits: deposits + 1,
})

/**
 * Checks whether a deposit may be made. All candidates share this decision.
 *
 * @category destructors
 * @since 0.1.0
 */
export const mayDeposit = ({ balance }: Account, amount: number): boolean =>
  amount > 0 && Number.isSafeInteger(balance + amount)

const decider = {
  initialState,
  evolve: (state: Account, { data }: AccountEvent): Account => afterDeposit(state, data.amount),
  decide: ({ data }: AccountCommand, state: Account): E.Either<'refused', ReadonlyArray<AccountEvent>> =>
    mayDeposit(state, data.deposit.amount)
      ? E.right([{ type: 'MoneyDeposited', data: data.deposit }])
      : E.left('refused'),
}

const basics = {
  category: 'account',
  commands: AccountCommand,
  id: ({ data }: AccountCommand) => data.account,
  decider,
  events: AccountEvent,
} as const

/**
 * An account whose stream is folded from its beginning.
 *
 * @category constructors
 * @since 0.1.0
 */
export const account = Aggregate.make(basics)

/**
 * An account that keeps a snapshot every hundred events.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountWithSnapshots = Aggregate.make({
  ...basics,
  snapshot: { schemaVersion: 1, codec: Account, every: 100 },
})
