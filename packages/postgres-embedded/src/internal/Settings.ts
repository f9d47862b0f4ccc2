import { readFile, stat, writeFile } from 'node:fs/promises'
import { ServerDirectory } from './ServerDirectory.ts'
import { recoverFrom } from './tryCatch.ts'

/**
 * The settings of the last start of a server: another user of the server must have the same ones, and the next start
 * gets the same port if it can.
 */
export interface Settings {
  readonly flags: ReadonlyArray<string>
  readonly port: number
}

const read = async (home: ServerDirectory): Promise<Settings | undefined> => {
  const text = await recoverFrom(['ENOENT'], undefined, readFile(ServerDirectory.settings(home), 'utf8'))
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    if (typeof value !== 'object' || value === null || !('flags' in value) || !('port' in value)) return undefined
    if (!Array.isArray(value.flags) || typeof value.port !== 'number') return undefined
    return { flags: value.flags.map(String), port: value.port }
  } catch {
    // Truncated by a kill. A running server, if there is one, cannot be shared.
    return undefined
  }
}

/** Whether a server has ever run here: settings are written after the first start, and may be truncated by a kill. */
const exist = (home: ServerDirectory): Promise<boolean> =>
  recoverFrom(
    ['ENOENT'],
    false,
    stat(ServerDirectory.settings(home)).then(() => true),
  )

const write = (home: ServerDirectory, settings: Settings): Promise<void> =>
  writeFile(ServerDirectory.settings(home), JSON.stringify(settings), { mode: 0o600 })

const sameFlags = (one: Settings | undefined, flags: ReadonlyArray<string>): boolean =>
  one !== undefined && JSON.stringify(one.flags) === JSON.stringify(flags)

export const Settings = { read, exist, write, sameFlags } as const
