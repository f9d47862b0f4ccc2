import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './npm.ts'
import { root } from './root.ts'

const home = join(root, '.foldlog')
const fixture = join(root, 'scripts/test/consumer')
const prefix = 'consumer-tools-'

/**
 * The `node_modules` with the tools of users for tests, bundles and type checks. They are installed once for each
 * version of their lockfile, and kept: 340 packages take longer than all work with them. Our packages are not among
 * them, so that the latest tarballs are tested.
 */
export const consumerTools = async (): Promise<string> => {
  const lock = readFileSync(join(fixture, 'package-lock.json'))
  const key = createHash('sha256')
    .update(`${process.platform} ${process.arch} `)
    .update(lock)
    .digest('hex')
    .slice(0, 16)
  const kept = join(home, `${prefix}${key}`)
  if (existsSync(kept)) return join(kept, 'node_modules')
  mkdirSync(home, { recursive: true })
  for (const name of readdirSync(home).filter((other) => other.startsWith(prefix)))
    rmSync(join(home, name), { recursive: true, force: true })
  const installing = mkdtempSync(join(home, `.${prefix}`))
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(fixture, name), join(installing, name))
  const { code, err } = await npm(installing, 'ci', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts')
  if (code !== 0) throw new Error(`the tools of consumers could not be installed:\n${err}`)
  // Whole or not at all: an installation that was killed is not found.
  renameSync(installing, kept)
  return join(kept, 'node_modules')
}
