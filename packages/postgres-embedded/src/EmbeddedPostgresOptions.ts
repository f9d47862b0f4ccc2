import type { Logger } from './Logger.ts'

/**
 * Options for the start of a server that do not depend on where its data is.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServerOptions {
  /** False is faster, for tests: data survives a crash of the server, but not of the machine. Default: true. */
  readonly durable?: boolean | undefined
  /** Further arguments of the program `postgres`, such as `['-c', 'max_connections=200']`. */
  readonly postgresFlags?: ReadonlyArray<string> | undefined
  /** The port on 127.0.0.1. Default: the one of the last run, if it is free, or else any free one. */
  readonly port?: number | undefined
  /**
   * The user of the operating system for the server when this process is root. Default: the first existing one of
   * postgres, nobody and daemon.
   */
  readonly user?: string | undefined
  /**
   * The directory for copies of the binaries and the like, when they are needed. Default: a private directory in the
   * system's temporary directory.
   */
  readonly cache?: string | undefined
  /** Default: silent. */
  readonly logger?: Logger | undefined
}

/**
 * Options for the start of a server and the place of its data.
 *
 * @category model
 * @since 0.1.0
 */
export interface EmbeddedPostgresOptions extends ServerOptions {
  /** The directory that keeps the data from run to run. It is created when it is missing; no two servers share one. */
  readonly directory: string
}
