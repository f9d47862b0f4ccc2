import { createHash } from 'node:crypto'
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { DataMissing } from '../EmbeddedPostgresError.ts'
import { ensurePrivateDirectory } from './ensurePrivateDirectory.ts'
import { ServerUser } from './ServerUser.ts'
import { recoverFrom } from './tryCatch.ts'

/**
 * The directory of a server. Everything in it belongs to this process's user, except `data`, which belongs to the user
 * of the server: so the latter can never make this process (root, perhaps) write or remove something elsewhere.
 */
export interface ServerDirectory {
  /** The directory that the caller requested. */
  readonly requested: string
  /**
   * The actual directory: the same, or one in the cache when the user of the server cannot reach the first. Always a
   * real path.
   */
  readonly path: string
}

const note = 'data-lives-elsewhere.json'

const readNote = async (directory: string): Promise<string | undefined> => {
  const text = await recoverFrom(['ENOENT'], undefined, readFile(join(directory, note), 'utf8'))
  if (text === undefined) return undefined
  const content: unknown = JSON.parse(text)
  return typeof content === 'object' && content !== null && 'home' in content ? String(content.home) : undefined
}

/** The error of a server whose data was in `expected`. */
const missing = (directory: string, expected: string): DataMissing => ({
  _tag: 'DataMissing',
  directory,
  expected,
  message: `The data of ${directory} was in ${expected} and is gone. Restore it there, or remove ${directory} to begin with an empty database.`,
})

/**
 * Keeps the data outside, in the cache, and leaves a note in the requested directory. A checkout that is moved takes
 * its note along.
 */
const redirectToCache = async (requested: string, cache: string): Promise<string> => {
  const homes = await ensurePrivateDirectory(join(cache, 'homes'), 0o711)
  const known = await readNote(requested)
  // A note that leads anywhere but to our own homes is not ours.
  if (known !== undefined && dirname(known) === homes) {
    const found = await recoverFrom(['ENOENT'], undefined, stat(known))
    if (found === undefined) throw missing(requested, known)
    return ensurePrivateDirectory(known, 0o711)
  }
  const home = await ensurePrivateDirectory(
    join(homes, createHash('sha256').update(requested).digest('hex').slice(0, 16)),
    0o711,
  )
  const why = `Postgres runs as another user, who cannot enter ${requested}; its data lives in the directory named here.`
  await writeFile(join(requested, note), `${JSON.stringify({ home, why }, undefined, 2)}\n`)
  return home
}

/** Makes the directory if need be and finds the place of its data. */
const find = async (directory: string, user: ServerUser, cache: () => Promise<string>): Promise<ServerDirectory> => {
  await mkdir(resolve(directory), { recursive: true, mode: user.switched ? 0o711 : 0o700 })
  const requested = await realpath(directory)
  const reachable = await ServerUser.canReach(user, join(requested, 'data'))
  const path =
    reachable && (await readNote(requested)) === undefined ? requested : await redirectToCache(requested, await cache())
  return { requested, path }
}

const data = (home: ServerDirectory): string => join(home.path, 'data')
const lock = (home: ServerDirectory): string => join(home.path, 'lock')
const users = (home: ServerDirectory): string => join(home.path, 'users')
const log = (home: ServerDirectory): string => join(home.path, 'server.log')
const password = (home: ServerDirectory): string => join(home.path, 'password')
const settings = (home: ServerDirectory): string => join(home.path, 'settings.json')

export const ServerDirectory = { find, data, lock, users, log, password, settings, missing } as const
