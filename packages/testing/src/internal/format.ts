import { literal } from './literal.ts'

const maxLength = 400

/** A value for people, as code on one line, cut where it gets long. */
export const format = (value: unknown): string => {
  const text = literal(value, '', Number.POSITIVE_INFINITY)
  return text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text
}
