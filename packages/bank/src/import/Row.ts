import { Day } from '@foldlog/core/codecs'
import { either as E } from 'fp-ts'
import { Amount } from '../account/Cents.ts'
import type { Entry } from '../account/Entry.ts'
import { AccountName } from '../account/Events.ts'
import { headings, purposes } from './csvTerms.ts'

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
 * The texts of one row, by column.
 *
 * @category model
 * @since 0.1.0
 */
export type Fields = Readonly<Record<Column, string>>

/**
 * A transaction of the bank: all fields of its row, except the bank's own running balance, which is the sum of our
 * events.
 *
 * @category model
 * @since 0.1.0
 */
export interface Row {
  readonly transaction: string
  readonly account: string
  /** The name of an account that this row opens: the file has no names. */
  readonly name: AccountName
  readonly entry: Entry
}

/**
 * A field that is invalid in its column. `expected` describes a valid one for the user.
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
const yymmdd = /^\d{6}$/
const sum = /^-?\d{1,13}\.\d\d$/
// NUL cannot be stored; U+FFFD marks bytes that were not valid UTF-8, whose content is lost already.
const unstorable = /[\0\uFFFD]|\p{Surrogate}/u

const centsOf = (text: string): number => Number(text.replace('.', ''))

const dayOf = (text: string): string => `19${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4, 6)}`

/**
 * Parses a row, or names the first invalid field. Amounts are read as exact decimals, days as those of 1900 to 1999.
 *
 * @category constructors
 * @since 0.1.0
 */
const parse = (fields: Fields): E.Either<BadField, Row> => {
  const bad = (column: Column, expected: string): E.Either<BadField, never> =>
    E.left({ column, expected, found: fields[column] })

  // Step by step, and not as a chain of `bind`, which copies its record at every step: a file has many rows, and that
  // took a sixth of an import.
  const { trans_id: transaction, account_id: account, k_symbol: symbol, bank, account: partner } = fields
  if (!integer.test(transaction)) return bad('trans_id', 'an integer of at least 0')
  if (!integer.test(account)) return bad('account_id', 'an integer of at least 0')
  const name = AccountName.decode(`Account ${account}`)
  if (E.isLeft(name)) return bad('account_id', 'an integer of at least 0')
  if (!yymmdd.test(fields.date)) return bad('date', 'a day as YYMMDD')
  const date = Day.decode(dayOf(fields.date))
  if (E.isLeft(date)) return bad('date', 'a day of the calendar, as YYMMDD')
  const type = headings.get(fields.type)
  if (type === undefined) return bad('type', oneOf(headings.keys()))
  const channel = type.operations.get(fields.operation)
  if (channel === undefined) return bad('operation', oneOf(type.operations.keys()))
  const amount = Amount.decode(sum.test(fields.amount) ? centsOf(fields.amount) : undefined)
  if (E.isLeft(amount)) return bad('amount', 'an amount above zero with two decimals, such as 700.00')
  if (!sum.test(fields.balance)) return bad('balance', 'a sum with two decimals, such as -12.50')
  for (const column of ['k_symbol', 'bank', 'account'] as const) {
    if (unstorable.test(fields[column])) return bad(column, 'a text in UTF-8 without NUL')
  }
  return E.right({
    transaction,
    account,
    name: name.right,
    entry: {
      heading: type.heading,
      reference: transaction,
      date: date.right,
      amount: amount.right,
      channel,
      purpose: purposes.get(symbol) ?? { other: symbol },
      partner: bank === '' && partner === '' ? null : { bank, account: partner },
    },
  })
}

/**
 * Functions on {@link Row}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Row = { parse } as const
