import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { NoServerUser } from '../EmbeddedPostgresError.ts'

const run = promisify(execFile)

/**
 * The user of the operating system that the server runs as; `switched` when it is another user than that of this
 * process, which is then root.
 */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
  readonly switched: boolean
}

/** In this order: the user made for Postgres, the user without rights, and the one that every Unix has. */
const defaultNames: ReadonlyArray<string> = ['postgres', 'nobody', 'daemon']

const lookUp = async (name: string): Promise<ServerUser | undefined> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    // `| 0`: the id of nobody is -2 on macOS, printed as 4294967294.
    const user = { uid: Number(uid.stdout) | 0, gid: Number(gid.stdout) | 0, switched: true }
    if (user.uid === 0) return undefined
    // The root of a container may not be allowed to become another user.
    const { stdout } = await run('id', ['-u'], { uid: user.uid, gid: user.gid, cwd: '/' })
    return (Number(stdout) | 0) === user.uid ? user : undefined
  } catch {
    return undefined
  }
}

/**
 * The user that the server runs as: that of this process, or an unprivileged one when this process is root. Users are
 * never created.
 */
const find = async (wanted?: string): Promise<ServerUser> => {
  const uid = process.getuid?.() ?? -1
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? -1, switched: false }
  const tried = wanted === undefined ? defaultNames : [wanted]
  for (const name of tried) {
    const user = await lookUp(name)
    if (user !== undefined) return user
  }
  throw noServerUser(tried)
}

const noServerUser = (tried: ReadonlyArray<string>): NoServerUser => ({
  _tag: 'NoServerUser',
  tried,
  message:
    `This process is root, Postgres does not run as root, and there is no unprivileged account named ${tried.join(', ')} that it may become. ` +
    'Create one (useradd --system postgres), name another in the option `user`, or run as an ordinary user.',
})

/** The options of `spawn` that run a program as this user. */
const spawnIdentity = (user: ServerUser): { readonly uid?: number; readonly gid?: number } =>
  user.switched ? { uid: user.uid, gid: user.gid } : {}

/** Checks whether the user has these rights (of 0o7) on one file or directory, by owner, group and mode. */
const hasRights = async (user: ServerUser, path: string, rights: number): Promise<boolean> => {
  const { uid, gid, mode } = await stat(path)
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
  return ((mode >> shift) & rights) === rights
}

/** Checks whether the user can reach a path (an absolute, real one): it may enter every directory above it. */
const canReach = async (user: ServerUser, path: string): Promise<boolean> => {
  if (!user.switched) return true
  const above = dirname(path)
  if (!(await hasRights(user, above, 0o1))) return false
  return above === path || above === dirname(above) || canReach(user, above)
}

export const ServerUser = { find, spawnIdentity, hasRights, canReach } as const
