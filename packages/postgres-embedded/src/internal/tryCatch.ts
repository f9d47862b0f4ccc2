import { taskEither as TE } from 'fp-ts'
import type { EmbeddedPostgresError } from '../EmbeddedPostgresError.ts'

// Inside this package a failing step throws an EmbeddedPostgresError: the steps are a long sequence of file and process
// work with clean-up (`finally`), which reads best as async functions. `attempt` is the one place where the errors
// become values.

const tags: Readonly<Record<EmbeddedPostgresError['_tag'], true>> = {
  UnsupportedPlatform: true,
  BinariesMissing: true,
  NoServerUser: true,
  DirectoryUnusable: true,
  DirectoryInUse: true,
  DataIncompatible: true,
  DataDamaged: true,
  DataMissing: true,
  InvalidOption: true,
  PortTaken: true,
  OutOfSpace: true,
  ServerFailed: true,
  QueryFailed: true,
}

const isOurs = (cause: unknown): cause is EmbeddedPostgresError =>
  typeof cause === 'object' &&
  cause !== null &&
  '_tag' in cause &&
  typeof cause._tag === 'string' &&
  Object.hasOwn(tags, cause._tag)

/** The `code` of an error of Node, by shape: under Jest these come from another realm. */
export const codeOf = (cause: unknown): string | undefined =>
  typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : undefined

export const errorMessage = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause)

const denied: ReadonlySet<string> = new Set([
  ...['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ELOOP', 'ENAMETOOLONG'],
])

const classify =
  (directory: string) =>
  (cause: unknown): EmbeddedPostgresError => {
    if (isOurs(cause)) return cause
    const code = codeOf(cause)
    if (code === 'ENOSPC' || code === 'EDQUOT') return outOfSpace(directory)
    if (code !== undefined && denied.has(code)) {
      return {
        _tag: 'DirectoryUnusable',
        directory,
        message: `Cannot use ${directory} for Postgres: ${errorMessage(cause)}. Choose a directory that this user can create and write.`,
      }
    }
    return { _tag: 'ServerFailed', log: '', message: `Postgres in ${directory} failed: ${errorMessage(cause)}` }
  }

export const outOfSpace = (directory: string): EmbeddedPostgresError => ({
  _tag: 'OutOfSpace',
  directory,
  message: `No space left on the file system of ${directory}. Free about 200 MB there or choose another directory.`,
})

export const tryCatch = <A>(directory: string, run: () => Promise<A>): TE.TaskEither<EmbeddedPostgresError, A> =>
  TE.tryCatch(run, classify(directory))

/** The value, or `fallback` when the step failed with one of these codes. */
export const recoverFrom = async <A, B>(
  codes: ReadonlyArray<string>,
  fallback: B,
  step: Promise<A>,
): Promise<A | B> => {
  try {
    return await step
  } catch (cause) {
    if (codes.includes(codeOf(cause) ?? '')) return fallback
    throw cause
  }
}
