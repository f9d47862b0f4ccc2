import { literal } from './literal.ts'

const most = 400

/** A value for people, as code on one line, cut where it gets long. */
export const shown = (value: unknown): string => {
  const text = literal(value, '', Number.POSITIVE_INFINITY)
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text
}
