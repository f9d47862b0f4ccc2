import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataDamaged, DataIncompatible } from '../EmbeddedPostgresError.ts'
import { recoverFrom } from './tryCatch.ts'

/** What a data directory holds: nothing, or a cluster of the version that is needed. */
export type DataState = 'empty' | 'present'

const damaged = (directory: string, what: string): DataDamaged => ({
  _tag: 'DataDamaged',
  directory,
  message: `${directory} holds files, and ${what}, so it is no whole data directory of Postgres. Nothing was changed. Restore it from a backup, or move it away to begin with an empty database.`,
})

const incompatible = (directory: string, found: string, needed: string): DataIncompatible => ({
  _tag: 'DataIncompatible',
  directory,
  found,
  needed,
  message: `${directory} holds data of Postgres ${found}, this is Postgres ${needed}. Use another directory, or move the data with pg_dump of version ${found}.`,
})

/**
 * Reads what a data directory holds, and changes nothing. Files without a version are damaged data and not an empty
 * directory: a cluster that is made in their place would hide the loss.
 */
const read = async (data: string, needed: string): Promise<DataState> => {
  const names = await recoverFrom(['ENOENT'], [], readdir(data))
  if (names.length === 0) return 'empty'
  const text = await recoverFrom(['ENOENT'], undefined, readFile(join(data, 'PG_VERSION'), 'utf8'))
  if (text === undefined) throw damaged(data, 'PG_VERSION is missing')
  const found = text.trim()
  if (!/^\d+(\.\d+)?$/.test(found)) throw damaged(data, 'PG_VERSION does not name a version')
  if (found !== needed) throw incompatible(data, found, needed)
  return 'present'
}

export const DataState = { read } as const
