import { makeDispatcher } from '@foldlog/dispatcher'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Amount, Overdraft } from '../account/Cents.ts'
import type { AccountCommand } from '../account/Commands.ts'
import type { AccountName } from '../account/Events.ts'
import { account } from '../account/Service.ts'
import type { BooksStore } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { ensuring } from '../handlers/ensuring.ts'
import { stateLine } from '../report/history.ts'
import { type CommandTarget, inBank, inBooks } from './CommandTarget.ts'
import { cashCommand } from './cashCommand.ts'
import type { Environment } from './Environment.ts'

/** Carries out a command, and shows the account after it. */
const change =
  ({ output }: Environment, command: AccountCommand) =>
  (store: BooksStore): TE.TaskEither<BankError, void> => {
    const { dispatch, load, stop } = makeDispatcher({ store, aggregates: [account] })
    const { accountId } = command.data
    return F.pipe(
      dispatch(command),
      TE.chainW(() => load(account, accountId)),
      TE.map(({ state }) => output.line(stateLine(accountId, state))),
      ensuring(stop),
    )
  }

/**
 * Opens an account: `npm start -- open ID NAME`. In the bank's own books, or in those of the sample on request.
 *
 * @category commands
 * @since 0.1.0
 */
export const openCommand = (
  environment: Environment,
  accountId: string,
  terms: { readonly name: AccountName; readonly overdraft: Overdraft },
  where: CommandTarget,
): TE.TaskEither<BankError, void> =>
  inBank(environment, where, ({ books }) =>
    F.pipe(
      books(where.sample === true ? 'sample' : 'bank'),
      TE.chain(change(environment, { type: 'OpenAccount', data: { accountId, ...terms } })),
    ),
  )

/**
 * Closes an account: `npm start -- close ID`.
 *
 * @category commands
 * @since 0.1.0
 */
export const closeCommand = (
  environment: Environment,
  accountId: string,
  where: CommandTarget,
): TE.TaskEither<BankError, void> =>
  inBooks(environment, where, ({ store }) => change(environment, { type: 'CloseAccount', data: { accountId } })(store))

/**
 * Deposits money, or withdraws it: `npm start -- deposit ID AMOUNT`, `npm start -- withdraw ID AMOUNT`.
 *
 * @category commands
 * @since 0.1.0
 */
export const moneyCommand = (
  environment: Environment,
  type: 'Deposit' | 'Withdraw',
  accountId: string,
  amount: Amount,
  where: CommandTarget,
): TE.TaskEither<BankError, void> =>
  F.pipe(
    TE.fromEither(cashCommand(type, accountId, amount)),
    TE.chain((command) => inBooks(environment, where, ({ store }) => change(environment, command)(store))),
  )
