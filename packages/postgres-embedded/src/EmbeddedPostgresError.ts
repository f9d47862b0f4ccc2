/**
 * No Postgres binaries exist for this operating system and processor, or they cannot run here (Windows; musl instead of
 * glibc).
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnsupportedPlatform {
  readonly _tag: 'UnsupportedPlatform'
  readonly message: string
  readonly platform: string
}

/**
 * The npm package with the Postgres binaries of this platform is not installed.
 *
 * @category errors
 * @since 0.1.0
 */
export interface BinariesMissing {
  readonly _tag: 'BinariesMissing'
  readonly message: string
  readonly packageName: string
}

/**
 * This process is root, Postgres refuses to run as root, and there is no unprivileged user of the operating system to
 * run it as.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NoServerUser {
  readonly _tag: 'NoServerUser'
  readonly message: string
  readonly tried: ReadonlyArray<string>
}

/**
 * A directory cannot be used: it is not a directory, not writable, or (for the cache) not safe, because another user
 * could change it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DirectoryUnusable {
  readonly _tag: 'DirectoryUnusable'
  readonly message: string
  readonly directory: string
}

/**
 * Another process runs a server on this directory with other settings, or holds its lock for too long. `holders` are
 * its process ids.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DirectoryInUse {
  readonly _tag: 'DirectoryInUse'
  readonly message: string
  readonly directory: string
  readonly holders: ReadonlyArray<number>
}

/**
 * The directory holds data of another major version of Postgres. Nothing was changed.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DataIncompatible {
  readonly _tag: 'DataIncompatible'
  readonly message: string
  readonly directory: string
  readonly found: string
  readonly needed: string
}

/**
 * The directory has incomplete data of Postgres: `PG_VERSION`, which every server needs, is gone or has no version.
 * Nothing was changed.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DataDamaged {
  readonly _tag: 'DataDamaged'
  readonly message: string
  readonly directory: string
}

/**
 * A server has run in this directory, but its data is gone, from here or from the place that a file in the directory
 * names. Nothing was created in its place.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DataMissing {
  readonly _tag: 'DataMissing'
  readonly message: string
  readonly directory: string
  readonly expected: string
}

/**
 * An option of a start has a value that no server can have. Nothing was started.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidOption {
  readonly _tag: 'InvalidOption'
  readonly message: string
  readonly option: string
}

/**
 * Another program listens on the requested port, or on the port of this server before its restart.
 *
 * @category errors
 * @since 0.1.0
 */
export interface PortTaken {
  readonly _tag: 'PortTaken'
  readonly message: string
  readonly port: number
}

/**
 * The file system is full.
 *
 * @category errors
 * @since 0.1.0
 */
export interface OutOfSpace {
  readonly _tag: 'OutOfSpace'
  readonly message: string
  readonly directory: string
}

/**
 * Postgres did not start, stop or initialise its data. `log` is the end of what it wrote.
 *
 * @category errors
 * @since 0.1.0
 */
export interface ServerFailed {
  readonly _tag: 'ServerFailed'
  readonly message: string
  readonly log: string
}

/**
 * The server runs, but a statement of ours (`create database`) failed.
 *
 * @category errors
 * @since 0.1.0
 */
export interface QueryFailed {
  readonly _tag: 'QueryFailed'
  readonly message: string
  readonly cause: unknown
}

/**
 * All errors of this package. `message` describes the failure and the remedy.
 *
 * @category errors
 * @since 0.1.0
 */
export type EmbeddedPostgresError =
  | UnsupportedPlatform
  | BinariesMissing
  | NoServerUser
  | DirectoryUnusable
  | DirectoryInUse
  | DataIncompatible
  | DataDamaged
  | DataMissing
  | InvalidOption
  | PortTaken
  | OutOfSpace
  | ServerFailed
  | QueryFailed
