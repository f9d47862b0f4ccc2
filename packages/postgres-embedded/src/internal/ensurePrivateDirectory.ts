import { chmod, lstat, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DirectoryUnusable } from '../EmbeddedPostgresError.ts'
import { recoverFrom } from './tryCatch.ts'

/**
 * Creates a directory at a place where every user may write, such as /tmp, or takes that of an earlier run. Another
 * user may have created a symbolic link or a directory there before. So it must be a real directory of this user,
 * writable by no other user, and no other user may be able to rename it afterwards (the directory above it is sticky,
 * or not writable for all).
 */
export const ensurePrivateDirectory = async (path: string, mode: number): Promise<string> => {
  await recoverFrom(['EEXIST'], undefined, mkdir(path, { mode }))
  const [found, above] = await Promise.all([lstat(path), lstat(dirname(path))])
  if (!found.isDirectory()) throw unsafe(path, 'it is not a directory')
  if (found.uid !== (process.getuid?.() ?? found.uid)) throw unsafe(path, 'it belongs to another user')
  if ((found.mode & 0o022) !== 0) throw unsafe(path, 'others may write it')
  if ((above.mode & 0o002) !== 0 && (above.mode & 0o1000) === 0)
    throw unsafe(path, `others may rename it: ${dirname(path)} is for all to write and not sticky`)
  // `mkdir` subtracts the umask.
  if ((found.mode & 0o777) !== mode) await chmod(path, mode)
  return path
}

const unsafe = (directory: string, why: string): DirectoryUnusable => ({
  _tag: 'DirectoryUnusable',
  directory,
  message: `Will not use ${directory}: ${why}. Remove it, or name a directory of your own in the option \`cache\`.`,
})
