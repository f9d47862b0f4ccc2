import { mkdir, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Account } from './Account.ts'
import { unless } from './attempt.ts'
import { ownDirectory } from './ownDirectory.ts'

/**
 * Our own directory outside the checkout, reachable by the account of the server: copies of the binaries, the template, and data that
 * cannot live in the requested directory. /var/tmp comes first for root, because such data should outlive a reboot.
 */
export const cacheDirectory = async (account: Account, wanted?: string): Promise<string> => {
  const mode = account.switched ? 0o711 : 0o700
  if (wanted !== undefined) {
    await mkdir(wanted, { recursive: true, mode })
    return ownDirectory(await realpath(wanted), mode)
  }
  for (const candidate of account.switched ? ['/var/tmp', tmpdir(), '/tmp'] : []) {
    const place = await unless(['ENOENT', 'EACCES'], undefined, realpath(candidate))
    if (place === undefined) continue
    const path = join(place, `foldlog-postgres-${process.getuid?.() ?? 0}`)
    if (await Account.reaches(account, path)) return ownDirectory(path, mode)
  }
  return ownDirectory(join(await realpath(tmpdir()), `foldlog-postgres-${process.getuid?.() ?? 0}`), mode)
}
