import * as t from 'io-ts'

/**
 * The brand of a day of the calendar.
 *
 * @category model
 * @since 0.1.0
 */
export interface DayBrand {
  readonly Day: unique symbol
}

/**
 * A day of the calendar without a time: `1993-01-31`.
 *
 * @category model
 * @since 0.1.0
 */
export type Day = t.Branded<string, DayBrand>

// `Date` reads 1993-02-30 as the 2nd of March, so the day differs. For a text that is no date the day is NaN.
const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).getUTCDate() === Number(text.slice(8))

/**
 * The codec of {@link Day}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Day: t.BrandC<t.StringC, DayBrand> = t.brand(t.string, (text): text is Day => isDay(text), 'Day')
