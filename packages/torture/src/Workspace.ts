import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A directory for the journals of one round.
 *
 * @category model
 * @since 0.1.0
 */
export interface Workspace {
  readonly file: (name: string) => string
  readonly remove: () => Promise<void>
}

/**
 * Detects any end of the coordinator by the end of a pipe. Workers end at the same moment, and may still write files
 * meanwhile.
 */
const guard = `trap '' HUP INT TERM; read -r _; until rm -rf "$0"; do sleep 0.1; done`

/**
 * Makes a directory that is removed when it is no longer needed, and at the latest when this process ends, also by
 * SIGKILL.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = async (): Promise<Workspace> => {
  const directory = await mkdtemp(join(tmpdir(), 'foldlog-torture-'))
  const shell = spawn('/bin/sh', ['-c', guard, directory], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  shell.unref()
  shell.stdin.on('error', () => {})
  return {
    file: (name) => join(directory, `${name.replaceAll(' ', '-')}.jsonl`),
    remove: async () => {
      await rm(directory, { recursive: true, force: true })
      shell.stdin.end()
    },
  }
}

/**
 * Functions on {@link Workspace}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Workspace = { make } as const
