/**
 * The last row of an answer that ends early because of its length. Every other row is JSON, so no row is mistaken for
 * it.
 */
const more = 'more'

/** Whether the answer ends early, so that there is more to read. */
export const endsEarly = (rows: ReadonlyArray<string>): boolean => rows.at(-1) === more

/** The rows of an answer, without the row that says that there is more. */
export const withoutEarlyEnd = (rows: ReadonlyArray<string>): ReadonlyArray<string> =>
  endsEarly(rows) ? rows.slice(0, -1) : rows
