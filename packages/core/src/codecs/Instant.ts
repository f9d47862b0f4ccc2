import { either as E, ord, string } from 'fp-ts'
import * as t from 'io-ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { type Branded, type BrandedCodec, branded } from './Branded.ts'
import { dayPattern, instantPattern } from './internal/calendar.ts'

/**
 * A point in time, to the millisecond: the text `2024-02-29T12:00:00.000Z`, in UTC.
 *
 * It is a text and not a `Date`, because a `Date` can be changed, is not equal to another one of the same time, and is
 * no JSON: it cannot be part of a command of a process manager. The order of the texts is that of the points in time,
 * also in the database.
 *
 * @category model
 * @since 0.1.0
 */
export type Instant = Branded<string, 'Instant'>

const pattern = `^${instantPattern}$`
const rule = new RegExp(pattern, 'u')

const codec: BrandedCodec<string, 'Instant'> = branded(t.string)({
  name: 'Instant',
  is: (text) => rule.test(text),
  jsonSchema: { type: 'string', format: 'date-time', pattern },
})

/**
 * The instant of a date. Fails for a date that is invalid, or whose year does not have four digits.
 *
 * @category constructors
 * @since 0.1.0
 */
const fromDate = (date: Date): E.Either<InvalidInput, Instant> => {
  const time = Number(date)
  const text = Number.isFinite(time) ? new Date(time).toISOString() : ''
  return codec.is(text) ? E.right(text) : rejectInput('instant', 'must be a valid date of the years 0000 to 9999')
}

const withZone = new RegExp(`^${dayPattern}T\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:\\d\\d)$`, 'u')

/**
 * Reads a text of ISO 8601 with a time zone, such as `2024-02-29T13:00+01:00`, and writes it in UTC. What is less than
 * a millisecond is cut off.
 *
 * @category constructors
 * @since 0.1.0
 */
const parse = (text: string): E.Either<InvalidInput, Instant> =>
  typeof text === 'string' && withZone.test(text)
    ? fromDate(new Date(text))
    : rejectInput('instant', `must be a day, a time and a time zone of ISO 8601, is ${format(text)}`)

/**
 * The instant as a `Date`.
 *
 * @category destructors
 * @since 0.1.0
 */
const toDate = (instant: Instant): Date => new Date(instant)

/**
 * The instant so many milliseconds later; earlier for a negative number. Fails for a number that is no integer, and
 * outside the years 0000 to 9999.
 *
 * @category combinators
 * @since 0.1.0
 */
const plus = (instant: Instant, milliseconds: number): E.Either<InvalidInput, Instant> =>
  Number.isSafeInteger(milliseconds)
    ? fromDate(new Date(Date.parse(instant) + milliseconds))
    : rejectInput('milliseconds', `must be an integer, is ${format(milliseconds)}`)

/**
 * The milliseconds from one instant to another; negative when the other is earlier.
 *
 * @category destructors
 * @since 0.1.0
 */
const millisecondsBetween = (from: Instant, to: Instant): number => Date.parse(to) - Date.parse(from)

/** The order of instants. */
const Ord: ord.Ord<Instant> = ord.contramap((instant: Instant): string => instant)(string.Ord)

/**
 * The codec of {@link Instant}, and functions on instants. The codec refuses every other text for a point in time, so
 * that one point has one text, and equal instants are equal in a database, too. {@link Instant}`.parse` reads the other
 * texts where they enter.
 *
 * @category codecs
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Instant } from '@foldlog/core/codecs'
 *
 * console.log(Instant.parse('2024-02-29T13:00+01:00'))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: '2024-02-29T12:00:00.000Z' }
 * ```
 */
export const Instant: BrandedCodec<string, 'Instant'> & {
  readonly parse: (text: string) => E.Either<InvalidInput, Instant>
  readonly fromDate: (date: Date) => E.Either<InvalidInput, Instant>
  readonly toDate: (instant: Instant) => Date
  readonly plus: (instant: Instant, milliseconds: number) => E.Either<InvalidInput, Instant>
  readonly millisecondsBetween: (from: Instant, to: Instant) => number
  readonly Ord: ord.Ord<Instant>
} = Object.assign(codec, { parse, fromDate, toDate, plus, millisecondsBetween, Ord })
