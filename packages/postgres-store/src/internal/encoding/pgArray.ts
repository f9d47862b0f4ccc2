/** An array as Postgres reads it, of numbers, ids, and texts that are {@link quoteElement}. */
export const pgArray = (values: ReadonlyArray<string | number>): string => `{${values.join(',')}}`

/**
 * A text in an array of Postgres, which knows `\\` and `"` only. JSON quotes those two in the same way, and nothing else here: names that were checked have no control
 * characters and no half surrogates, and a JSON text has none either.
 */
export const quoteElement: (text: string) => string = JSON.stringify
