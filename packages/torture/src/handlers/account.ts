import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const events = EventCodec.make({
  Withdrawn: t.strict({ transfer: t.string, to: t.string }),
  Deposited: t.strict({ transfer: t.string }),
})

/**
 * One coin that a transfer took from an account, or brought to it.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountEvent = EventOf<typeof events>

/**
 * The commands to withdraw a coin from account `id` for account `to`, and to deposit it there.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountCommand =
  | {
      readonly type: 'Withdraw'
      readonly data: { readonly id: string; readonly transfer: string; readonly to: string }
    }
  | { readonly type: 'Deposit'; readonly data: { readonly id: string; readonly transfer: string } }

/**
 * The category of accounts. Writers append to other categories.
 *
 * @category constants
 * @since 0.1.0
 */
export const accountCategory = 'account'

/**
 * The events of accounts, for their handlers.
 *
 * @category constants
 * @since 0.1.0
 */
export const accountSource = { category: accountCategory, events } as const

/**
 * An account that carries out every command, even a repeated one: a command that is carried out twice is visible in the
 * log.
 *
 * @category model
 * @since 0.1.0
 */
export const account = Aggregate.make({
  category: accountCategory,
  commands: ['Withdraw', 'Deposit'],
  id: ({ data }: AccountCommand) => data.id,
  events,
  decider: {
    initialState: 0,
    evolve: (coins: number, { type }: AccountEvent) => (type === 'Deposited' ? coins + 1 : coins - 1),
    decide: ({ type, data }: AccountCommand): E.Either<never, ReadonlyArray<AccountEvent>> =>
      E.right([
        type === 'Withdraw'
          ? { type: 'Withdrawn', data: { transfer: data.transfer, to: data.to } }
          : { type: 'Deposited', data: { transfer: data.transfer } },
      ]),
  },
})
