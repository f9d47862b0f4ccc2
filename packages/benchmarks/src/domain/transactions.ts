import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sampleFile } from '@foldlog/bank/import'

/** The root of the repository above this module; undefined when there is none. */
const rootAbove = (directory: string): string | undefined => {
  if (existsSync(join(directory, 'package-lock.json'))) return directory
  const parent = dirname(directory)
  return parent === directory ? undefined : rootAbove(parent)
}

const root = rootAbove(dirname(fileURLToPath(import.meta.url))) ?? '.'

// It is beside the repository, not in it.
const real = join(root, '../shared/data/berka-trans.csv')

/**
 * The file of bank transactions to import: 49,102 real ones when the file is present, otherwise the 5,000 of the bank's
 * sample. `note` names the file.
 *
 * @category constants
 * @since 0.1.0
 */
export const transactions: { readonly file: string; readonly note: string } = existsSync(real)
  ? { file: real, note: `the real file, ${basename(real)}` }
  : { file: sampleFile, note: `the bank's sample of 5,000 rows, because the real file is missing` }
