/**
 * The last row of an answer that ends early, because it is as long as one answer may be. Every other row is JSON, so
 * none is mistaken for it.
 */
const more = 'more'

/** Whether the answer ends early: then there is more to read. */
export const endsEarly = (rows: ReadonlyArray<string>): boolean => rows.at(-1) === more

/** The rows of an answer without the last one, when that only says that there is more. */
export const withoutEarlyEnd = (rows: ReadonlyArray<string>): ReadonlyArray<string> =>
  endsEarly(rows) ? rows.slice(0, -1) : rows
