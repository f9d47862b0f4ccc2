import type { Ledger } from '../books/Ledger.ts'
import { describeLimit } from './describe.ts'
import { count, money } from './money.ts'
import { table } from './table.ts'

const columns = [
  { title: 'account', align: 'right' },
  { title: 'name' },
  { title: 'status' },
  { title: 'limit', align: 'right' },
  { title: 'entries', align: 'right' },
  { title: 'declined', align: 'right' },
  { title: 'balance CZK', align: 'right' },
] as const

/**
 * Formats all accounts as a table, and a line with its sums.
 *
 * @category destructors
 * @since 0.1.0
 */
export const ledgerTable = ({ lines, total }: Ledger): string => {
  const rows = lines.map(({ id, account, entries, declined }) => [
    id,
    account.name,
    account.status,
    describeLimit(account.overdraft),
    count(entries),
    count(declined),
    money(account.balance),
  ])
  const entries = lines.reduce((sum, line) => sum + line.entries, 0)
  const declined = lines.reduce((sum, line) => sum + line.declined, 0)
  const sums = `${count(lines.length)} accounts with ${count(entries)} entries and ${count(declined)} declined: ${money(total)} CZK in all`
  return `${table(columns, rows)}\n\n${sums}`
}
