import { Views } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { account } from '../account/Service.ts'
import { type AccountView, accountsTable } from '../books/accountsTable.ts'
import type { BooksName, BooksStore } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { Ledger } from '../books/Ledger.ts'
import { hostHandlersUntil } from '../handlers/hostHandlersUntil.ts'
import { ledgerTable } from '../report/ledgerTable.ts'
import { count } from '../report/money.ts'
import { type CommandTarget, inBooks } from './CommandTarget.ts'
import type { Environment } from './Environment.ts'

/** The table with every event up to `position`, of a log that was settled up to `head` at the time of the request. */
interface Table {
  readonly ledger: Ledger
  readonly position: number
  readonly head: number
}

const nothing = 'There are no accounts yet. `npm start` imports a sample, `npm start -- import FILE` a file.'

const titles: Readonly<Record<BooksName, string>> = {
  bank: 'Imported accounts (those of the sample: npm start -- accounts --sample)',
  sample: 'Accounts of the sample',
}

/** Milliseconds that live workers have to bring the table up to date. */
const timeout = 5_000

/** From this number of events, the work takes long enough to need a message at a terminal. */
const reportThreshold = 10_000

/**
 * Brings the table up to date, or waits until its workers have done that. A process that does it itself has no time
 * limit.
 */
const caughtUp = (
  { output, signal }: Environment,
  store: BooksStore,
  head: number,
): TE.TaskEither<BankError, boolean> => {
  const begun = performance.now()
  let reported = output.terminal === undefined
  const tellOnce = (behind: number): void => {
    if (!reported) output.line(`Bringing the table up to date: ${count(behind)} events.`)
    reported = true
  }
  const done = (hosting: boolean): TE.TaskEither<BankError, boolean> =>
    F.pipe(
      store.checkpoints([accountsTable.name]),
      TE.map(({ positions }) => {
        const behind = head - (positions[accountsTable.name] ?? 0)
        if (hosting && behind >= reportThreshold) tellOnce(behind)
        return behind <= 0 || (!hosting && performance.now() - begun > timeout)
      }),
    )
  return hostHandlersUntil({ store, handlers: ['accounts'], done, signal })
}

const read =
  (store: BooksStore, head: number): TE.TaskEither<BankError, Table> =>
  async () => {
    const views = Views.make(accountsTable, store)
    const all: Array<readonly [stream: string, view: AccountView]> = []
    let after: string | undefined
    for (let first: number | undefined; ; ) {
      const page = await views.list(after === undefined ? {} : { after })()
      if (E.isLeft(page)) return page
      // A table without some of the accounts would be wrong.
      const [unreadable] = page.right.unreadable
      if (unreadable !== undefined) return E.left(unreadable)
      all.push(...page.right.views)
      after = page.right.last
      first ??= page.right.position
      if (!page.right.end) continue
      const lines = all.map(([stream, view]) => ({ id: stream.slice(`${account.category}-`.length), ...view }))
      return E.right({ ledger: Ledger.ofLines(lines), position: first, head })
    }
  }

const lag = ({ position, head }: Table): string =>
  position >= head ? '' : `\nas of position ${count(position)}; the log is at ${count(head)}`

const report = (name: BooksName, shown: Table): string =>
  shown.ledger.lines.length === 0 && shown.position >= shown.head
    ? nothing
    : `${titles[name]}\n\n${ledgerTable(shown.ledger)}${lag(shown)}`

/**
 * Shows all accounts: `npm start -- accounts`. The table is a projection. Without a worker, this command runs it; when
 * workers are behind, it shows the current table, with its age. Shows the accounts of the sample on request, or when
 * there are no others.
 *
 * @category commands
 * @since 0.1.0
 */
export const accountsCommand = (environment: Environment, where: CommandTarget): TE.TaskEither<BankError, void> =>
  inBooks(environment, where, ({ name, store }) =>
    F.pipe(
      store.settledPosition,
      TE.chainFirstW((head) => caughtUp(environment, store, head)),
      TE.chainW((head) => read(store, head)),
      TE.map((shown) => environment.output.line(report(name, shown))),
    ),
  )
