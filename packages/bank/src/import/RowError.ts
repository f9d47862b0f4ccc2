/**
 * A malformed row. `line` counts from 1; for a row that spans several lines it is the first. Nothing of the row was
 * passed on.
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
 * A file that cannot be read, or not to its end.
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
 * Everything that can be wrong with a file of transactions.
 *
 * @category errors
 * @since 0.1.0
 */
export type RowError = UnparsableLine | UnreadableFile

const shown = 120

/**
 * A {@link RowError} in a sentence for people, the place first.
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
