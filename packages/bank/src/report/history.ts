import type { HistoryEntry } from '@foldlog/dispatcher'
import type { AccountEvent } from '../account/Events.ts'
import { type Account, initialState } from '../account/Fold.ts'
import { describeEvent, describeLimit } from './describe.ts'
import { count, money } from './money.ts'
import { table } from './table.ts'

const columns = [
  { title: 'version', align: 'right' },
  { title: 'day' },
  { title: 'event' },
  { title: 'amount', align: 'right' },
  { title: 'balance', align: 'right' },
  { title: 'about' },
] as const

/**
 * Describes the state of an account in a line.
 *
 * @category destructors
 * @since 0.1.0
 */
export const stateLine = (id: string, account: Account): string =>
  account.status === 'unopened'
    ? `account ${id}: ${account.status}`
    : `account ${id}: ${account.name}, ${account.status}, balance ${money(account.balance)} CZK, overdraft limit ${describeLimit(account.overdraft)}`

/**
 * Describes the state of an account, and its events, each with the balance after it.
 *
 * @category destructors
 * @since 0.1.0
 */
export const history = (id: string, entries: ReadonlyArray<HistoryEntry<AccountEvent, Account>>): string => {
  const rows = entries.flatMap(({ recorded: { version }, events, state }) => {
    const balance = state.status === 'unopened' ? '' : money(state.balance)
    return events.map((event) => {
      const { what, day, amount, about } = describeEvent(event)
      return [count(version), day, what, amount === undefined ? '' : money(amount), balance, about]
    })
  })
  return `${stateLine(id, entries.at(-1)?.state ?? initialState)}\n\n${table(columns, rows)}`
}
