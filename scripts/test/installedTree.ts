import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from './sourceRules.ts'

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

/** The dependencies of an installed package, and theirs, and so on; peers count, missing packages do not. */
export const treeOf = (home: string, name: string, found: Set<string> = new Set()): ReadonlySet<string> => {
  const manifest: Manifest = readJson(join(home, 'node_modules', name, 'package.json'))
  for (const other of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
    if (!found.has(other) && existsSync(join(home, 'node_modules', other))) treeOf(home, other, found.add(other))
  return found
}

/** The installed packages of a project, as paths below its `node_modules`: nested ones have long paths. */
export const installedIn = (home: string): ReadonlyArray<string> =>
  Object.keys(readJson(join(home, 'node_modules/.package-lock.json')).packages)
    .filter((path) => existsSync(join(home, path)))
    .map((path) => path.replace(/^node_modules\//, ''))
    .sort()
