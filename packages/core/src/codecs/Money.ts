import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import type { Branded, BrandedCodec } from './Branded.ts'
import { brandedInteger } from './brandedInteger.ts'
import { brandedText } from './brandedText.ts'

/**
 * The code of a currency, by ISO 4217: three capital letters.
 *
 * @category model
 * @since 0.1.0
 */
export type Currency = Branded<string, 'Currency'>

/**
 * The codec of {@link Currency}. It checks the form; a domain that has a few currencies lists them with `t.keyof`.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Currency: BrandedCodec<string, 'Currency'> = brandedText('Currency', { pattern: /^[A-Z]{3}$/ })

/**
 * An amount in the smallest unit of a currency, such as cents: an exact integer, of either sign.
 *
 * @category model
 * @since 0.1.0
 */
export type MinorUnits = Branded<number, 'MinorUnits'>

/**
 * The codec of {@link MinorUnits}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const MinorUnits: BrandedCodec<number, 'MinorUnits'> = brandedInteger('MinorUnits')

/**
 * A sum of money: `{ currency: 'EUR', minorUnits: 1250 }` are 12.50 euros.
 *
 * @category model
 * @since 0.1.0
 */
export interface Money {
  readonly currency: Currency
  readonly minorUnits: MinorUnits
}

/**
 * Two sums were to be combined that have different currencies.
 *
 * @category errors
 * @since 0.1.0
 */
export interface CurrencyMismatch {
  readonly _tag: 'CurrencyMismatch'
  readonly left: Currency
  readonly right: Currency
}

/**
 * The result is too large to be counted exactly, or no integer: `minorUnits` is what the computation gave.
 *
 * @category errors
 * @since 0.1.0
 */
export interface MoneyOutOfRange {
  readonly _tag: 'MoneyOutOfRange'
  readonly currency: Currency
  readonly minorUnits: number
}

const codec: t.Type<Money, { readonly currency: string; readonly minorUnits: number }> = t.readonly(
  t.strict({ currency: Currency, minorUnits: MinorUnits }),
  'Money',
)

const inRange = (currency: Currency, minorUnits: number): E.Either<MoneyOutOfRange, Money> => {
  // Makes zero of minus zero.
  const sum = minorUnits + 0
  return MinorUnits.is(sum)
    ? E.right({ currency, minorUnits: sum })
    : E.left({ _tag: 'MoneyOutOfRange', currency, minorUnits })
}

/**
 * Makes a sum of the code of a currency and an amount in its smallest unit.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (currency: string, minorUnits: number): E.Either<InvalidInput, Money> => {
  if (!Currency.is(currency)) return rejectInput('currency', `must be three capital letters, is ${format(currency)}`)
  return MinorUnits.is(minorUnits)
    ? E.right({ currency, minorUnits })
    : rejectInput('minorUnits', `must be an integer in the smallest unit, is ${format(minorUnits)}`)
}

const sameCurrency = (a: Money, b: Money): E.Either<CurrencyMismatch, Currency> =>
  a.currency === b.currency
    ? E.right(a.currency)
    : E.left({ _tag: 'CurrencyMismatch', left: a.currency, right: b.currency })

/**
 * Nothing, in a currency.
 *
 * @category constructors
 * @since 0.1.0
 */
const zero = (currency: Currency): Money =>
  // Zero is an integer.
  ({ currency, minorUnits: 0 as MinorUnits })

/**
 * `a + b`.
 *
 * @category combinators
 * @since 0.1.0
 */
const add = (a: Money, b: Money): E.Either<CurrencyMismatch | MoneyOutOfRange, Money> => {
  const currency = sameCurrency(a, b)
  return E.isLeft(currency) ? currency : inRange(currency.right, a.minorUnits + b.minorUnits)
}

/**
 * `a - b`.
 *
 * @category combinators
 * @since 0.1.0
 */
const subtract = (a: Money, b: Money): E.Either<CurrencyMismatch | MoneyOutOfRange, Money> => {
  const currency = sameCurrency(a, b)
  return E.isLeft(currency) ? currency : inRange(currency.right, a.minorUnits - b.minorUnits)
}

/**
 * The sum so many times, such as a price for so many nights. Fails for a number that is no integer: a part of a sum
 * needs a rule for rounding, which the domain has to state.
 *
 * @category combinators
 * @since 0.1.0
 */
const times = (money: Money, count: number): E.Either<MoneyOutOfRange, Money> =>
  Number.isSafeInteger(count)
    ? inRange(money.currency, money.minorUnits * count)
    : E.left({ _tag: 'MoneyOutOfRange', currency: money.currency, minorUnits: money.minorUnits * count })

/**
 * Compares two sums: -1 when `a` is less than `b`, 0 when they are equal, 1 when it is more.
 *
 * @category destructors
 * @since 0.1.0
 */
const compare = (a: Money, b: Money): E.Either<CurrencyMismatch, -1 | 0 | 1> => {
  const currency = sameCurrency(a, b)
  if (E.isLeft(currency)) return currency
  return E.right(a.minorUnits < b.minorUnits ? -1 : a.minorUnits > b.minorUnits ? 1 : 0)
}

/**
 * The codec of {@link Money}, and its arithmetic: whole numbers, one currency, and an error where a result would not be
 * exact.
 *
 * @category codecs
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Money } from '@foldlog/core/codecs'
 * import { either as E, function as F } from 'fp-ts'
 *
 * console.log(F.pipe(Money.make('EUR', 1250), E.chainW((price) => Money.times(price, 3))))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: { currency: 'EUR', minorUnits: 3750 } }
 * ```
 */
export const Money: t.Type<Money, { readonly currency: string; readonly minorUnits: number }> & {
  readonly make: typeof make
  readonly zero: typeof zero
  readonly add: typeof add
  readonly subtract: typeof subtract
  readonly times: typeof times
  readonly compare: typeof compare
} = Object.assign(codec, { make, zero, add, subtract, times, compare })
