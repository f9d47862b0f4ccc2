import * as t from 'io-ts'

/**
 * What marks a text as a day of the calendar.
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

// Date.parse takes 1993-02-30 for the 2nd of March; a day that is one comes back as itself.
const isDay = (text: string): boolean => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/**
 * The codec of {@link Day}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Day: t.BrandC<t.StringC, DayBrand> = t.brand(t.string, (text): text is Day => isDay(text), 'Day')
