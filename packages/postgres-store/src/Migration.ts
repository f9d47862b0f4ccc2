import { createHash } from 'node:crypto'
import { migrationFiles } from './internal/schema/sqlFiles.generated.ts'

/**
 * One numbered change of the tables and indexes: plain SQL in which `foldlog.` is the schema. `checksum` is the MD5 of
 * that text.
 *
 * @category model
 * @since 0.1.0
 */
export interface Migration {
  /** The number of the migration, from 1. Numbers ascend, and may have gaps. */
  readonly number: number
  readonly name: string
  readonly text: string
  readonly checksum: string
}

/**
 * All migrations, in order.
 *
 * @category model
 * @since 0.1.0
 */
export const migrations: ReadonlyArray<Migration> = migrationFiles.map((file) => ({
  ...file,
  checksum: createHash('md5').update(file.text).digest('hex'),
}))
