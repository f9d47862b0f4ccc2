import { Day } from '@foldlog/core/codecs'
import * as t from 'io-ts'
import { Amount } from './Cents.ts'

/**
 * The channel of an entry. `internal`: within the bank, such as interest.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Channel: t.KeyofC<{ cash: null; card: null; transfer: null; internal: null }> = t.keyof({
  cash: null,
  card: null,
  transfer: null,
  internal: null,
})

/**
 * The channel of an entry; see the codec of the same name.
 *
 * @category model
 * @since 0.1.0
 */
export type Channel = t.TypeOf<typeof Channel>

/**
 * The purposes that the bank has a word for; `unstated` when there is none.
 *
 * @category codecs
 * @since 0.1.0
 */
export const KnownPurpose: t.KeyofC<{
  unstated: null
  interest: null
  'penalty interest': null
  fee: null
  household: null
  pension: null
  insurance: null
  loan: null
}> = t.keyof({
  unstated: null,
  interest: null,
  'penalty interest': null,
  fee: null,
  household: null,
  pension: null,
  insurance: null,
  loan: null,
})

/**
 * A purpose that the bank has a word for.
 *
 * @category model
 * @since 0.1.0
 */
export type KnownPurpose = t.TypeOf<typeof KnownPurpose>

/**
 * The purpose of an entry: one that the bank knows, or any other text, unchanged.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Purpose: t.UnionC<[typeof KnownPurpose, t.ExactC<t.TypeC<{ other: t.StringC }>>]> = t.union([
  KnownPurpose,
  t.strict({ other: t.string }),
])

/**
 * The purpose of an entry: a {@link KnownPurpose}, or another text.
 *
 * @category model
 * @since 0.1.0
 */
export type Purpose = t.TypeOf<typeof Purpose>

const facts = {
  /** The number that the bank gave the entry; null when it was made here. */
  reference: t.union([t.string, t.null]),
  date: Day,
  amount: Amount,
  channel: Channel,
  purpose: Purpose,
  /** The other side of a transfer. The bank also records account 0 of no bank for some cash. */
  partner: t.union([t.strict({ bank: t.string, account: t.string }), t.null]),
}

/**
 * A credit entry.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Credit = t.strict({ heading: t.literal('income'), ...facts })

/**
 * A credit entry. Its amount is above zero, in 1/100.
 *
 * @category model
 * @since 0.1.0
 */
export type Credit = t.TypeOf<typeof Credit>

/**
 * A debit entry. The bank has two headings with the same effect on the balance; like the bank, this program keeps them
 * apart.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Debit = t.strict({ heading: t.union([t.literal('expense'), t.literal('withdrawal')]), ...facts })

/**
 * A debit entry. Its amount is above zero, in 1/100.
 *
 * @category model
 * @since 0.1.0
 */
export type Debit = t.TypeOf<typeof Debit>

/**
 * An entry in the books of an account.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Entry = t.union([Credit, Debit])

/**
 * An entry in the books of an account: a {@link Credit} or a {@link Debit}.
 *
 * @category model
 * @since 0.1.0
 */
export type Entry = t.TypeOf<typeof Entry>
