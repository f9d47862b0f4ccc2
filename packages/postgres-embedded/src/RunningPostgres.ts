import type { taskEither as TE } from 'fp-ts'
import type { EmbeddedPostgresError } from './EmbeddedPostgresError.ts'

/**
 * The ways to stop a server before a restart: `fast` ends the connections and writes everything to disk, `immediate` is
 * a crash (the next start recovers).
 *
 * @category model
 * @since 0.1.0
 */
export type RestartMode = 'fast' | 'immediate'

/**
 * A Postgres server on 127.0.0.1, in use by this process. It does not keep the process alive, and it is stopped when
 * its last user stops it or ends, in any way.
 *
 * @category model
 * @since 0.1.0
 */
export interface RunningPostgres {
  /** The url of the database `postgres`, as superuser, with the password. */
  readonly url: string
  readonly port: number
  /**
   * The actual directory of the data: below the requested directory, or elsewhere when the user of the server cannot
   * enter that.
   */
  readonly directory: string
  /** The current process id of the postmaster: a restart gives another one. */
  readonly pid: number
  /** Creates a database unless it exists, and returns its url. */
  readonly createDatabase: (name: string) => TE.TaskEither<EmbeddedPostgresError, string>
  /**
   * Stops the server (or finds it killed) and starts it on the same port, for all its users. Returns the server with
   * its new process id; everything else of the old value stays valid.
   */
  readonly restart: (mode?: RestartMode) => TE.TaskEither<EmbeddedPostgresError, RunningPostgres>
  /** Ends this use of the server; the last user waits until it has stopped. A second call does nothing. */
  readonly stop: () => TE.TaskEither<EmbeddedPostgresError, void>
}
