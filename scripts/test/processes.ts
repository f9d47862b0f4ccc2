import { spawn } from 'node:child_process'

/** The end of a program. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a program to its end, without standard input. */
export const run = (
  directory: string,
  program: string,
  parameters: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    // Jest's own NODE_OPTIONS and NODE_ENV are not a user's.
    const { NODE_OPTIONS: _options, NODE_ENV: _env, ...inherited } = process.env
    const child = spawn(program, parameters, {
      cwd: directory,
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
  })

/** Runs plain Node, the one that runs the tests. */
export const runNode = (
  directory: string,
  parameters: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> => run(directory, process.execPath, parameters, environment)
