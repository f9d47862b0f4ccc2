import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describeUnknown } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { FoldlogConfig } from '../FoldlogConfig.ts'
import { type CliError, usage } from './CliError.ts'

const names = ['foldlog.config.ts', 'foldlog.config.mjs', 'foldlog.config.js']

/** The file that is named, or the first that is there. */
const fileOf = (directory: string, named: string | undefined): string | undefined =>
  named === undefined
    ? names.map((name) => join(directory, name)).find((file) => existsSync(file))
    : resolve(directory, named)

/**
 * Loads the configuration: the default export of a module. Node strips the types of a TypeScript file, from 22.18 on.
 * Without a file the configuration is empty.
 */
export const loadConfig = async (
  directory: string,
  named: string | undefined,
): Promise<E.Either<CliError, FoldlogConfig>> => {
  const file = fileOf(directory, named)
  if (file === undefined) return E.right({})
  if (!existsSync(file)) return E.left(usage(`there is no configuration ${file}`))
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href)
    const config = module.default
    return typeof config === 'object' && config !== null
      ? E.right(config as FoldlogConfig) // The file is checked where it is written, by defineConfig.
      : E.left(usage(`${file} has no default export with a configuration`))
  } catch (cause) {
    const why = describeUnknown(cause)
    const hint = /Unknown file extension|ERR_UNKNOWN_FILE_EXTENSION/.test(why)
      ? `; Node ${process.versions.node} cannot load TypeScript: use Node 22.18 or newer, or write foldlog.config.mjs`
      : ''
    return E.left(usage(`${file} cannot be loaded: ${why}${hint}`))
  }
}
