import type { HistoryId, InvalidInput, LogRewound, StoreUnavailable } from '@foldlog/core'
import { type DecodeFailure, EventCodec, type EventStore, StreamName } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { OpenedAccount } from '../account/Fold.ts'
import { account } from '../account/Service.ts'
import { AccountLine } from './AccountLine.ts'

/**
 * An account in the ledger: its state, and how many entries it has taken and declined.
 *
 * @category model
 * @since 0.1.0
 */
export interface LedgerLine {
  readonly id: string
  readonly account: OpenedAccount
  readonly entries: number
  readonly declined: number
}

/**
 * All accounts, in the order of their numbers, and the sum of their balances in 1/100: exact, for which a number may be
 * too small.
 *
 * @category model
 * @since 0.1.0
 */
export interface Ledger {
  readonly lines: ReadonlyArray<LedgerLine>
  readonly total: bigint
}

const byNumber = (a: LedgerLine, b: LedgerLine): number => Number(a.id) - Number(b.id) || (a.id < b.id ? -1 : 1)

/**
 * The ledger of accounts in any order.
 *
 * @category constructors
 * @since 0.1.0
 */
const ofLines = (lines: ReadonlyArray<LedgerLine>): Ledger => ({
  lines: [...lines].sort(byNumber),
  total: lines.reduce((sum, line) => sum + BigInt(line.account.balance), 0n),
})

const ledgerOf = (accounts: ReadonlyMap<string, AccountLine>): Ledger =>
  ofLines(
    [...accounts].flatMap(([id, { account, ...counts }]) =>
      account.status === 'unopened' ? [] : [{ id, account, ...counts }],
    ),
  )

const pause = 20
/** Half a minute of pauses. */
const patience = 1_500

/**
 * Folds the log of accounts, page by page. It is read at least up to the position `until`: where another process is
 * just writing, the log settles a moment later. `LogRewound` when the log was rewound behind what was read already.
 *
 * @category constructors
 * @since 0.1.0
 */
const read =
  (
    store: Pick<EventStore, 'readLog'>,
    until = 0,
  ): TE.TaskEither<InvalidInput | LogRewound | StoreUnavailable | DecodeFailure, Ledger> =>
  async () => {
    const accounts = new Map<string, AccountLine>()
    let after = 0
    let history: HistoryId | undefined
    for (let pauses = 0; pauses < patience; ) {
      const place = { after, ...(history === undefined ? undefined : { history }) }
      const page = await store.readLog({ ...place, count: 5_000, filter: { categories: [account.category] } })()
      if (E.isLeft(page)) return page
      const decoded = EventCodec.decodeAll(account.events)(page.right.events)
      if (E.isLeft(decoded)) return decoded
      for (const { stream, event } of decoded.right) {
        const id = StreamName.id(stream)
        accounts.set(id, AccountLine.evolve(accounts.get(id) ?? AccountLine.empty, event))
      }
      after = page.right.position
      history = page.right.history
      if (!page.right.end) continue
      if (after >= until) return E.right(ledgerOf(accounts))
      pauses++
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
    return E.left(storeUnavailable(`the log is not settled up to position ${until}`, true, undefined))
  }

/**
 * The balances as lines `account;balance`, in 1/100, each ended by a newline.
 *
 * @category destructors
 * @since 0.1.0
 */
const balances = ({ lines }: Ledger): string => lines.map(({ id, account }) => `${id};${account.balance}\n`).join('')

/**
 * Functions on {@link Ledger}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Ledger = { ofLines, read, balances } as const
