import { either as E, ord, string } from 'fp-ts'
import * as t from 'io-ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { type Branded, type BrandedCodec, branded } from './Branded.ts'
import { dayPattern } from './internal/calendar.ts'

/**
 * A day of the calendar, without a time and without a time zone: `2024-02-29`. Years have four digits, so the order of
 * the texts is that of the days.
 *
 * @category model
 * @since 0.1.0
 */
export type Day = Branded<string, 'Day'>

const pattern = `^${dayPattern}$`
const rule = new RegExp(pattern, 'u')

const codec: BrandedCodec<string, 'Day'> = branded(t.string)({
  name: 'Day',
  is: (text) => rule.test(text),
  jsonSchema: { type: 'string', format: 'date', pattern },
})

/**
 * Reads a text as a day, or says what is wrong with it.
 *
 * @category constructors
 * @since 0.1.0
 */
const parse = (text: string): E.Either<InvalidInput, Day> =>
  codec.is(text) ? E.right(text) : rejectInput('day', `must be a day of the calendar, YYYY-MM-DD, is ${format(text)}`)

const dayLength = 86_400_000

/** Days since 1970-01-01. All days of UTC are equally long. */
const toNumber = (day: Day): number => Date.parse(`${day}T00:00:00.000Z`) / dayLength

/**
 * The day of a point in time in UTC. Fails for a date that is invalid, or whose year does not have four digits.
 *
 * @category constructors
 * @since 0.1.0
 */
const fromDate = (date: Date): E.Either<InvalidInput, Day> => {
  const time = Number(date)
  return Number.isFinite(time)
    ? parse(new Date(time).toISOString().slice(0, -14))
    : rejectInput('day', 'must be of a valid date')
}

/**
 * The day so many days later; earlier for a negative number. Fails for a number that is no integer, and for a day
 * outside the years 0000 to 9999.
 *
 * @category combinators
 * @since 0.1.0
 */
const plusDays = (day: Day, days: number): E.Either<InvalidInput, Day> =>
  Number.isSafeInteger(days)
    ? fromDate(new Date((toNumber(day) + days) * dayLength))
    : rejectInput('days', `must be an integer, is ${format(days)}`)

/**
 * The number of days from one day to another; negative when the other is earlier.
 *
 * @category destructors
 * @since 0.1.0
 */
const daysBetween = (from: Day, to: Day): number => toNumber(to) - toNumber(from)

/** The order of days. */
const Ord: ord.Ord<Day> = ord.contramap((day: Day): string => day)(string.Ord)

/**
 * The codec of {@link Day}, and functions on days. It accepts days of the calendar only: not 2023-02-29.
 *
 * @category codecs
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Day } from '@foldlog/core/codecs'
 * import { either as E, function as F } from 'fp-ts'
 *
 * console.log(F.pipe(Day.parse('2024-02-28'), E.chain((day) => Day.plusDays(day, 2))))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: '2024-03-01' }
 * ```
 */
export const Day: BrandedCodec<string, 'Day'> & {
  readonly parse: (text: string) => E.Either<InvalidInput, Day>
  readonly fromDate: (date: Date) => E.Either<InvalidInput, Day>
  readonly plusDays: (day: Day, days: number) => E.Either<InvalidInput, Day>
  readonly daysBetween: (from: Day, to: Day) => number
  readonly Ord: ord.Ord<Day>
} = Object.assign(codec, { parse, fromDate, plusDays, daysBetween, Ord })
