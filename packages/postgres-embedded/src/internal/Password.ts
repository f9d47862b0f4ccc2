import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Binaries } from './Binaries.ts'
import { environment } from './environment.ts'
import { ServerUser } from './ServerUser.ts'
import { recoverFrom } from './tryCatch.ts'

const run = promisify(execFile)

/** A new password: 144 random bits. */
const make = (): string => randomBytes(18).toString('base64url')

/**
 * Runs a program as the user of the server, with a secret on its standard input: so no other user sees the secret, and
 * no file has to be readable for that user. Node's own stdin is a socket, which a program cannot open by name; the
 * shell makes a real pipe.
 */
const pipe = async (
  user: ServerUser,
  program: string,
  parameters: ReadonlyArray<string>,
  input: string,
): Promise<{ readonly stderr: string }> => {
  const running = run('/bin/sh', ['-c', 'cat | "$0" "$@"', program, ...parameters], {
    ...ServerUser.spawnIdentity(user),
    cwd: '/',
    env: environment(),
  })
  running.child.stdin?.on('error', () => {}).end(`${input}\n`)
  return running
}

/**
 * Sets the password of the superuser in a cluster without a running server. The server in single-user mode answers a
 * failed statement with a line on stderr, and ends with 0 all the same.
 */
const set = async (data: string, user: ServerUser, binaries: Binaries, secret: string): Promise<void> => {
  const statement = `alter role postgres password '${secret}'`
  const parameters = ['--single', '-D', data, '-c', 'log_min_messages=error', '-c', 'log_statement=none', 'postgres']
  const { stderr } = await pipe(user, binaries.postgres, parameters, statement)
  if (/ERROR|FATAL|PANIC/.test(stderr)) throw new Error(`the password cannot be set: ${stderr.trim().slice(-600)}`)
}

/** Returns the password in a file, `undefined` when there is none. */
const read = async (file: string): Promise<string | undefined> => {
  const text = await recoverFrom(['ENOENT'], undefined, readFile(file, 'utf8'))
  return text === '' ? undefined : text
}

/** Writes a password, whole or not at all: readable for the user of this process alone. */
const write = async (file: string, secret: string): Promise<void> => {
  const partial = `${file}.partial`
  await rm(partial, { force: true })
  // Fails on whatever is there in the meantime: it never follows a link.
  await writeFile(partial, secret, { mode: 0o600, flag: 'wx' })
  await rename(partial, file)
}

export const Password = { make, pipe, set, read, write } as const
