// Nothing here may need a dependency: it runs before there are any.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)

/** The `packages` of a lockfile, or nothing when there is none. */
const locked = (path) => {
  try {
    return JSON.parse(readFileSync(new URL(path, root), 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Checks whether the installed packages match the lockfile; optional packages may be missing, they are for other
 * platforms.
 */
const inStep = (wanted, installed) =>
  Object.entries(wanted).every(([place, { version, integrity, link, optional, devOptional }]) => {
    if (place === '') return true
    const found = installed[place]
    if (found === undefined) return optional === true || devOptional === true
    return link === true ? found.link === true : found.version === version && found.integrity === integrity
  })

/**
 * Runs `npm ci` unless `node_modules` matches package-lock.json. npm records its installation last of all, so that a
 * killed installation is detected too; times of files prove nothing, because a checkout sets them anew.
 */
export const installIfStale = () => {
  const wanted = locked('package-lock.json')
  if (wanted === undefined) {
    console.error('foldlog: package-lock.json is missing or broken; `git checkout package-lock.json` restores it.')
    process.exit(1)
  }
  const installed = locked('node_modules/.package-lock.json')
  if (installed !== undefined && inStep(wanted, installed)) return
  console.log(installed === undefined ? 'Installing dependencies ...' : 'Dependencies have changed, installing ...')
  // Development dependencies build and test; a NODE_ENV of `production` would leave them out.
  const { status, error } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  if (error !== undefined) console.error(error.message)
  console.error('foldlog: `npm ci` failed, so nothing was run. It needs the npm registry, or a filled npm cache.')
  process.exit(status ?? 1)
}
