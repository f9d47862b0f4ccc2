import { createHash } from 'node:crypto'
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { DataMissing } from '../EmbeddedPostgresError.ts'
import { Account } from './Account.ts'
import { unless } from './attempt.ts'
import { ownDirectory } from './ownDirectory.ts'

/**
 * The directory in which a server lives. Everything in it is ours, except `data`, which belongs to the account of the server: so the
 * server's account can never lead us (root, perhaps) to write or remove something elsewhere.
 */
export interface Home {
  /** The directory the caller asked for. */
  readonly requested: string
  /** Where it is: the same, or in our cache when the account of the server cannot get to it. Always a real path. */
  readonly path: string
}

const note = 'data-lives-elsewhere.json'

const readNote = async (directory: string): Promise<string | undefined> => {
  const text = await unless(['ENOENT'], undefined, readFile(join(directory, note), 'utf8'))
  if (text === undefined) return undefined
  const content: unknown = JSON.parse(text)
  return typeof content === 'object' && content !== null && 'home' in content ? String(content.home) : undefined
}

const missing = (directory: string, expected: string): DataMissing => ({
  _tag: 'DataMissing',
  directory,
  expected,
  message: `The data of ${directory} lived in ${expected} and is gone. Remove ${directory} to begin with an empty database.`,
})

/** Keeps the data outside, in our cache, and says so in the requested directory. A checkout that is moved takes its note along. */
const elsewhere = async (requested: string, cache: string): Promise<string> => {
  const homes = await ownDirectory(join(cache, 'homes'), 0o711)
  const known = await readNote(requested)
  // A note that leads anywhere but to our own homes is not ours.
  if (known !== undefined && dirname(known) === homes) {
    const found = await unless(['ENOENT'], undefined, stat(known))
    if (found === undefined) throw missing(requested, known)
    return ownDirectory(known, 0o711)
  }
  const home = await ownDirectory(join(homes, createHash('sha256').update(requested).digest('hex').slice(0, 16)), 0o711)
  const why = `Postgres runs as another user, who cannot enter ${requested}; its data lives in the directory named here.`
  await writeFile(join(requested, note), `${JSON.stringify({ home, why }, undefined, 2)}\n`)
  return home
}

/** Makes the directory if need be and finds the place of its data. */
const find = async (directory: string, account: Account, cache: () => Promise<string>): Promise<Home> => {
  await mkdir(resolve(directory), { recursive: true, mode: account.switched ? 0o711 : 0o700 })
  const requested = await realpath(directory)
  const reachable = await Account.reaches(account, join(requested, 'data'))
  const path =
    reachable && (await readNote(requested)) === undefined ? requested : await elsewhere(requested, await cache())
  return { requested, path }
}

const data = (home: Home): string => join(home.path, 'data')
const lock = (home: Home): string => join(home.path, 'lock')
const users = (home: Home): string => join(home.path, 'users')
const log = (home: Home): string => join(home.path, 'server.log')
const password = (home: Home): string => join(home.path, 'password')
const settings = (home: Home): string => join(home.path, 'settings.json')

export const Home = { find, data, lock, users, log, password, settings } as const
