import type { EventStore, InvalidInput, LogRewound, StoreUnavailable } from '@foldlog/core'
import { function as F, taskEither as TE } from 'fp-ts'
import { account } from '../account/Service.ts'
import type { Bank, BooksName, BooksStore } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'

/**
 * The chosen books, and their store.
 *
 * @category model
 * @since 0.1.0
 */
export interface ChosenBooks {
  readonly name: BooksName
  readonly store: BooksStore
}

const hasAccounts = (
  store: Pick<EventStore, 'readLog'>,
): TE.TaskEither<InvalidInput | LogRewound | StoreUnavailable, boolean> =>
  F.pipe(
    store.readLog({ count: 1, filter: { categories: [account.category] } }),
    TE.map(({ events }) => events.length > 0),
  )

const open =
  ({ books }: Bank) =>
  (name: BooksName): TE.TaskEither<BankError, ChosenBooks> =>
    F.pipe(
      books(name),
      TE.map((store) => ({ name, store })),
    )

/**
 * Chooses the books: those of the sample on request, or while the bank's own have no account.
 *
 * @category constructors
 * @since 0.1.0
 */
export const chooseBooks = (bank: Bank, sample: boolean): TE.TaskEither<BankError, ChosenBooks> =>
  F.pipe(
    open(bank)(sample ? 'sample' : 'bank'),
    TE.chain((own) =>
      F.pipe(
        sample ? TE.right(true) : hasAccounts(own.store),
        TE.chainW((chosen) => (chosen ? TE.right(own) : open(bank)('sample'))),
      ),
    ),
  )

/**
 * All books of a bank.
 *
 * @category constructors
 * @since 0.1.0
 */
export const allBooks = (bank: Bank): TE.TaskEither<BankError, ReadonlyArray<ChosenBooks>> =>
  F.pipe(['bank', 'sample'] as const, TE.traverseSeqArray(open(bank)))
