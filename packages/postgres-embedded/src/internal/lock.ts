import { mkdir } from 'node:fs/promises'
import type { DirectoryInUse } from '../EmbeddedPostgresError.ts'
import { UserFile } from './UserFile.ts'
import { waitFor } from './waiting.ts'

/** Longer than any start, stop or initdb may take. */
const lockTimeout = 120_000

/**
 * Runs a step while no other process (and no other call here) runs one under the same lock directory. Node has no file
 * lock of the kernel, so a process first creates its file, then reads the directory; a process that sees another living
 * file removes its own and tries again. Of two holders the one with the later file must have seen the other's, so there
 * are never two. The file of a dead process does not count.
 */
export const withLock = async <A>(directory: string, step: () => Promise<A>): Promise<A> => {
  let holders: ReadonlyArray<UserFile> = []
  const claim = await waitFor(lockTimeout, async () => {
    const mine = UserFile.make()
    await mkdir(directory, { recursive: true, mode: 0o700 })
    // A file that could not be created, because another process just removed the directory, excludes no other process.
    if (!(await UserFile.put(directory, mine))) return undefined
    holders = (await UserFile.living(directory)).filter((other) => other !== mine)
    if (holders.length === 0) return mine
    await UserFile.remove(directory, mine)
    return undefined
  })
  if (claim === undefined) throw lockHeld(directory, holders.map(UserFile.pidOf))
  try {
    return await step()
  } finally {
    await UserFile.remove(directory, claim)
  }
}

const lockHeld = (directory: string, holders: ReadonlyArray<number>): DirectoryInUse => ({
  _tag: 'DirectoryInUse',
  directory,
  holders,
  message: `Process ${holders.join(', ')} has been starting or stopping Postgres under ${directory} for two minutes. End it, then try again.`,
})
