import { constants } from 'node:fs'
import { chmod, copyFile, lchown, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A running server may remove a file while it is copied. The copy replays the WAL, which contains the removal. */
const unlessGone = async (step: Promise<void>): Promise<void> => {
  try {
    await step
  } catch (cause) {
    if (typeof cause !== 'object' || cause === null || !('code' in cause) || cause.code !== 'ENOENT') throw cause
  }
}

/**
 * Copies a directory with owners and modes. `leaveOut` says, by the path below the directory, what is not copied.
 * Directories that are left out are made empty.
 *
 * @category combinators
 * @since 0.1.0
 */
export const copyDirectory = async (
  from: string,
  to: string,
  leaveOut: (path: string) => boolean = () => false,
  path = '',
): Promise<void> => {
  const { mode, uid, gid } = await stat(join(from, path))
  await mkdir(join(to, path), { mode: mode & 0o777, recursive: true })
  await chmod(join(to, path), mode & 0o777)
  // Only root may do this, and only root copies files of another account.
  const own = process.getuid?.() === 0
  if (own) await lchown(join(to, path), uid, gid)
  for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
    const below = join(path, entry.name)
    if (entry.isDirectory()) {
      await unlessGone(copyDirectory(from, to, leaveOut(below) ? () => true : leaveOut, below))
    } else if (!leaveOut(below)) {
      await unlessGone(
        (async () => {
          const file = join(to, below)
          await copyFile(join(from, below), file, constants.COPYFILE_FICLONE)
          if (own) await lchown(file, uid, gid)
        })(),
      )
    }
  }
}
