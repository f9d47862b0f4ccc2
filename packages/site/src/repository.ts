import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of this repository; from `src` and from `dist/esm` it is equally far. */
export const root = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../../../' : '../../../', import.meta.url),
)

/** The text of a file, named from the root. */
export const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The entry at a path of the repository, from the root. */
export const kindOf = (path: string): 'file' | 'folder' | 'nothing' => {
  const place = join(root, path)
  if (!existsSync(place)) return 'nothing'
  return statSync(place).isDirectory() ? 'folder' : 'file'
}

/** The names in a folder that git would keep, in order, folders with a slash. */
export const namesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist' && !name.includes('.generated.'))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort()

/** The documents below a folder, named from the root, in order. */
export const markdownBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
