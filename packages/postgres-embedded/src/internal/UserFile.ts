import { randomBytes } from 'node:crypto'
import { readdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startOf } from './processes.ts'
import { recoverFrom } from './tryCatch.ts'

/**
 * The name of a file that marks a living process: `pid-start-nonce`. The name has all the information, so there is no
 * moment in which the file exists and cannot be read. No name is ever reused, so any process can remove a dead one at
 * any time.
 */
export type UserFile = string

const make = (): UserFile => `${process.pid}-${startOf(process.pid) ?? '0'}-${randomBytes(4).toString('hex')}`

const pidOf = (userFile: UserFile): number => Number(userFile.split('-')[0])

const alive = (userFile: UserFile): boolean => {
  const [pid, start] = userFile.split('-')
  return startOf(Number(pid)) === start
}

/** Creates the file of a user in a directory; false when the directory does not exist. */
const put = async (directory: string, userFile: UserFile): Promise<boolean> =>
  recoverFrom(
    ['ENOENT'],
    false,
    writeFile(join(directory, userFile), '', { flag: 'wx' }).then(() => true),
  )

const remove = (directory: string, userFile: UserFile): Promise<void> =>
  recoverFrom(['ENOENT'], undefined, unlink(join(directory, userFile)))

/** Returns the files of living processes in a directory, and removes those of dead ones. */
const living = async (directory: string): Promise<ReadonlyArray<UserFile>> => {
  const claims = await recoverFrom(['ENOENT'], [], readdir(directory))
  await Promise.all(claims.filter((userFile) => !alive(userFile)).map((userFile) => remove(directory, userFile)))
  return claims.filter(alive)
}

export const UserFile = { make, pidOf, put, remove, living } as const
