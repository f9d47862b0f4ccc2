/**
 * A malformed row. `line` counts from 1; for a row that spans several lines it is the first. No part of the row was
 * used.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnparsableLine {
  readonly _tag: 'UnparsableLine'
  readonly file: string
  readonly line: number
  readonly expected: string
  readonly found: string
}

/**
 * A file that cannot be read to its end.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnreadableFile {
  readonly _tag: 'UnreadableFile'
  readonly file: string
  readonly why: string
}

/**
 * Every error of a file of transactions.
 *
 * @category errors
 * @since 0.1.0
 */
export type RowError = UnparsableLine | UnreadableFile

const shown = 120

/**
 * Describes a {@link RowError} in a sentence for the user, the place first.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeRowError = (error: RowError): string => {
  if (error._tag === 'UnreadableFile') return `${error.file}: ${error.why}`
  const { file, line, expected, found } = error
  const cut = found.length > shown ? `${found.slice(0, shown)}…` : found
  return `${file}:${line}: expected ${expected}, found ${cut}`
}
