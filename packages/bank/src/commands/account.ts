import { type HistoryEntry, type LoadError, makeDispatcher, type VersionNotFound } from '@foldlog/dispatcher'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { AccountEvent } from '../account/Events.ts'
import type { Account } from '../account/Fold.ts'
import { account } from '../account/Service.ts'
import { type Bank, type BooksName, type BooksStore, withBank } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { history } from '../report/history.ts'
import { Environment } from './Environment.ts'

type Entries = ReadonlyArray<HistoryEntry<AccountEvent, Account>>

const wholeHistory =
  (id: string) =>
  (store: BooksStore): TE.TaskEither<LoadError | VersionNotFound, Entries> =>
  async () => {
    const { history } = makeDispatcher({ store, aggregates: [account] })
    const entries: Array<Entries[number]> = []
    for (let page = await history(account, id)(); ; page = await history(account, id, { after: page.right.last })()) {
      if (E.isLeft(page)) return page
      entries.push(...page.right.entries)
      if (page.right.end) return E.right(entries)
    }
  }

const entriesIn = ({ books }: Bank, name: BooksName, id: string): TE.TaskEither<BankError, Entries> =>
  F.pipe(books(name), TE.chainW(wholeHistory(id)))

/**
 * Shows the state of an account and its history: `npm start -- account ID`. When imported files have no such account,
 * it shows that of the sample.
 *
 * @category commands
 * @since 0.1.0
 */
export const accountCommand = (
  environment: Environment,
  { id, database }: { readonly id: string; readonly database?: string },
): TE.TaskEither<BankError, void> =>
  F.pipe(
    withBank(Environment.locationOf(environment, database), (bank) =>
      F.pipe(
        entriesIn(bank, 'bank', id),
        TE.chain((entries) => (entries.length > 0 ? TE.right(entries) : entriesIn(bank, 'sample', id))),
      ),
    ),
    TE.filterOrElse(
      (entries) => entries.length > 0,
      (): BankError => ({ _tag: 'NoSuchAccount', id }),
    ),
    TE.map((entries) => environment.output.line(history(id, entries))),
  )
