import { mkdir, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensurePrivateDirectory } from './ensurePrivateDirectory.ts'
import { ServerUser } from './ServerUser.ts'
import { recoverFrom } from './tryCatch.ts'

/**
 * A private directory outside the checkout, reachable by the user of the server: copies of the binaries, the template,
 * and data that cannot be in the requested directory. /var/tmp comes first for root, because such data should outlive a
 * reboot.
 */
export const cacheDirectory = async (account: ServerUser, wanted?: string): Promise<string> => {
  const mode = account.switched ? 0o711 : 0o700
  if (wanted !== undefined) {
    await mkdir(wanted, { recursive: true, mode })
    return ensurePrivateDirectory(await realpath(wanted), mode)
  }
  for (const candidate of account.switched ? ['/var/tmp', tmpdir(), '/tmp'] : []) {
    const place = await recoverFrom(['ENOENT', 'EACCES'], undefined, realpath(candidate))
    if (place === undefined) continue
    const path = join(place, `foldlog-postgres-${process.getuid?.() ?? 0}`)
    if (await ServerUser.canReach(account, path)) return ensurePrivateDirectory(path, mode)
  }
  return ensurePrivateDirectory(join(await realpath(tmpdir()), `foldlog-postgres-${process.getuid?.() ?? 0}`), mode)
}
