import { resolve } from 'node:path'
import type { StoreLocation } from '../books/Bank.ts'
import type { Output } from '../report/Output.ts'

/**
 * The environment of a command: its output, the signal that ends it, the directory of the server that the bank starts
 * itself, and the directory to which the user's file names are relative.
 *
 * @category model
 * @since 0.1.0
 */
export interface Environment {
  readonly output: Output
  readonly signal: AbortSignal
  readonly dataDirectory: string
  readonly workingDirectory: string
}

/**
 * The environment of a process. npm runs `npm start` in the root of the repository; a file name is relative to the
 * directory where the user typed it.
 *
 * @category constructors
 * @since 0.1.0
 */
const ofProcess = (
  output: Output,
  signal: AbortSignal,
  variables: NodeJS.ProcessEnv,
  directory: string,
): Environment => ({
  output,
  signal,
  dataDirectory: resolve(directory, '.foldlog'),
  // npm sets INIT_CWD. Under another script of npm it would be the directory of that script.
  workingDirectory: (variables['npm_lifecycle_event'] === 'start' ? variables['INIT_CWD'] : undefined) ?? directory,
})

/**
 * The place of the data: the server at a url when one is given, or the one that the bank starts.
 *
 * @category destructors
 * @since 0.1.0
 */
const locationOf = ({ dataDirectory: home }: Environment, url: string | undefined): StoreLocation =>
  url === undefined || url === '' ? { _tag: 'Embedded', directory: home } : { _tag: 'Server', url }

/**
 * Functions on {@link Environment}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Environment = { ofProcess, locationOf } as const
