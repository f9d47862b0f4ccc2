import { either as E, function as F } from 'fp-ts'
import { Amount } from '../account/Cents.ts'
import { Day } from '../account/Day.ts'
import type { Entry } from '../account/Entry.ts'
import { AccountName } from '../account/Events.ts'
import { headings, purposes } from './vocabulary.ts'

/**
 * The columns of a file of transactions, in the order of its header.
 *
 * @category model
 * @since 0.1.0
 */
export const columns = [
  'trans_id',
  'account_id',
  'date',
  'type',
  'operation',
  'amount',
  'balance',
  'k_symbol',
  'bank',
  'account',
] as const

/**
 * The name of a column.
 *
 * @category model
 * @since 0.1.0
 */
export type Column = (typeof columns)[number]

/**
 * The texts of one row by column.
 *
 * @category model
 * @since 0.1.0
 */
export type Fields = Readonly<Record<Column, string>>

/**
 * A transaction of the bank: all that its row says, except the bank's own running balance, which is what our events add up to.
 *
 * @category model
 * @since 0.1.0
 */
export interface Row {
  readonly transaction: string
  readonly account: string
  /** What the account is called when this row opens it: the file has no names. */
  readonly name: AccountName
  readonly entry: Entry
}

/**
 * A field that is not what its column holds. `expected` is for people.
 *
 * @category errors
 * @since 0.1.0
 */
export interface BadField {
  readonly column: Column
  readonly expected: string
  readonly found: string
}

const oneOf = (words: Iterable<string>): string => `one of ${[...words].map((word) => JSON.stringify(word)).join(', ')}`

/** Fifteen digits: every such integer is exact, and so is every such amount in 1/100. */
const integer = /^(?:0|[1-9]\d{0,14})$/
const sum = /^-?\d{1,13}\.\d\d$/
// NUL cannot be stored; U+FFFD stands where the bytes were no UTF-8, and what was there is lost already.
const unstorable = /[\0\uFFFD]|\p{Surrogate}/u

const centsOf = (text: string): number => Number(text.replace('.', ''))

const dayOf = (text: string): string => `19${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4, 6)}`

/**
 * Reads a row, or names the first field that is wrong. Amounts are read as exact decimals, days as those of 1900 to 1999.
 *
 * @category constructors
 * @since 0.1.0
 */
const parse = (fields: Fields): E.Either<BadField, Row> => {
  const bad = (column: Column, expected: string) => (): BadField => ({ column, expected, found: fields[column] })
  const matching = (column: Column, pattern: RegExp, expected: string) =>
    pattern.test(fields[column]) ? E.right(fields[column]) : E.left(bad(column, expected)())
  const text = (column: Column) =>
    unstorable.test(fields[column]) ? E.left(bad(column, 'a text in UTF-8 without NUL')()) : E.right(fields[column])
  const known = <A>(column: Column, words: ReadonlyMap<string, A>) =>
    E.fromNullable(bad(column, oneOf(words.keys()))())(words.get(fields[column]))
  return F.pipe(
    E.Do,
    E.bind('transaction', () => matching('trans_id', integer, 'an integer from 0 up')),
    E.bind('account', () => matching('account_id', integer, 'an integer from 0 up')),
    E.bind('name', ({ account }) =>
      F.pipe(AccountName.decode(`Account ${account}`), E.mapLeft(bad('account_id', 'an integer from 0 up'))),
    ),
    E.bind('date', () =>
      F.pipe(
        matching('date', /^\d{6}$/, 'a day as YYMMDD'),
        E.chain((date) => F.pipe(Day.decode(dayOf(date)), E.mapLeft(bad('date', 'a day of the calendar, as YYMMDD')))),
      ),
    ),
    E.bind('type', () => known('type', headings)),
    E.bind('channel', ({ type }) => known('operation', type.operations)),
    E.bind('amount', () =>
      F.pipe(
        Amount.decode(sum.test(fields.amount) ? centsOf(fields.amount) : undefined),
        E.mapLeft(bad('amount', 'an amount above zero with two decimals, such as 700.00')),
      ),
    ),
    E.chainFirst(() => matching('balance', sum, 'a sum with two decimals, such as -12.50')),
    E.bind('symbol', () => text('k_symbol')),
    E.bind('bank', () => text('bank')),
    E.bind('partner', () => text('account')),
    E.map(({ transaction, account, name, date, type: { heading }, channel, amount, symbol, bank, partner }) => ({
      transaction,
      account,
      name,
      entry: {
        heading,
        reference: transaction,
        date,
        amount,
        channel,
        purpose: purposes.get(symbol) ?? { other: symbol },
        partner: bank === '' && partner === '' ? null : { bank, account: partner },
      },
    })),
  )
}

/**
 * Functions on {@link Row}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Row = { parse } as const
