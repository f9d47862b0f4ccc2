import { createHash } from 'node:crypto'
import { functionFiles } from './internal/schema/sqlFiles.generated.ts'

/**
 * A function of the schema, with its triggers and privileges: plain SQL in which `foldlog.` is the schema. It can be
 * applied any number of times. `checksum` is the MD5 of that text.
 *
 * @category model
 * @since 0.1.0
 */
export interface SqlFunction {
  readonly name: string
  readonly text: string
  readonly checksum: string
  /** The name with the types of the parameters, as `grant` and `drop` take it. */
  readonly signature: string
  /** The roles of clients that call the function. Empty when only other functions or the owner call it. */
  readonly callers: ReadonlyArray<'writer' | 'reader'>
}

/**
 * All functions, in the order in which they can be applied.
 *
 * @category model
 * @since 0.1.0
 */
export const sqlFunctions: ReadonlyArray<SqlFunction> = functionFiles.map((file) => ({
  ...file,
  checksum: createHash('md5').update(file.text).digest('hex'),
}))
