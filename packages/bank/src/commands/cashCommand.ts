import { Day } from '@foldlog/core/codecs'
import { either as E, function as F } from 'fp-ts'
import type { Amount } from '../account/Cents.ts'
import type { AccountCommand } from '../account/Commands.ts'
import type { NotFinished } from '../books/BankError.ts'

const cash = { reference: null, channel: 'cash', purpose: 'unstated', partner: null } as const

/**
 * A command for cash at the counter today: a deposit or a withdrawal, of an amount in 1/100.
 *
 * @category constructors
 * @since 0.1.0
 */
export const cashCommand = (
  type: 'Deposit' | 'Withdraw',
  accountId: string,
  amount: Amount,
): E.Either<NotFinished, AccountCommand> =>
  F.pipe(
    Day.decode(new Date().toISOString().slice(0, 10)),
    E.bimap(
      () => ({ _tag: 'NotFinished', what: 'the clock of this machine shows no valid day' }) as const,
      (date): AccountCommand =>
        type === 'Deposit'
          ? { type, data: { accountId, entry: { heading: 'income', ...cash, date, amount } } }
          : { type, data: { accountId, entry: { heading: 'expense', ...cash, date, amount } } },
    ),
  )
