/** Encodes an array for Postgres, of numbers, ids, and texts quoted by {@link quoteElement}. */
export const pgArray = (values: ReadonlyArray<string | number>): string => `{${values.join(',')}}`

/**
 * Quotes a text in an array of Postgres, whose only special characters are `\\` and `"`. JSON quotes those two in the
 * same way, and no others here: checked names have no control characters and no half surrogates, and a JSON text has
 * none either.
 */
export const quoteElement: (text: string) => string = JSON.stringify

/** Quotes any text in an array of Postgres: a tag may have control characters, which JSON would escape. */
export const quoteAny = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
