// The public packages of this repository, as their package.json has them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** `[{ directory, manifest }]`, directories from the root. */
export const published = () =>
  readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((directory) => existsSync(join(root, directory, 'package.json')))
    .map((directory) => ({
      directory,
      manifest: JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')),
    }))
    .filter(({ manifest }) => manifest.private !== true)

/** The names by which a package is imported: `@foldlog/core`, `@foldlog/core/store`. */
export const entriesOf = ({ name, exports }) =>
  Object.entries(exports)
    .filter(([, target]) => target['@foldlog/source'] !== undefined)
    .map(([path]) => `${name}${path.slice(1)}`)
