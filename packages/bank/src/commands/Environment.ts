import { resolve } from 'node:path'
import type { StoreLocation } from '../books/Bank.ts'
import type { Output } from '../report/Output.ts'

/**
 * What a command knows of the world: where it speaks, the signal that ends it, the directory of the server we start ourselves, and the one
 * that file names of the user are relative to.
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
 * The environment of a process. npm runs `npm start` in the root of the repository; a file name of the user's is meant from where he typed it.
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
  // Set by npm; behind another script of npm's it would speak of that.
  workingDirectory: (variables['npm_lifecycle_event'] === 'start' ? variables['INIT_CWD'] : undefined) ?? directory,
})

/**
 * Where books are kept: on the server at a url, when one is given, or else on our own.
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
