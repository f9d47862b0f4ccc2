import type { taskEither as TE } from 'fp-ts'
import type { EmbeddedPostgresError } from './EmbeddedPostgresError.ts'

/**
 * How a server is stopped before it is started again: `fast` ends the connections and writes everything to disk, `immediate` is a crash
 * (the next start recovers).
 *
 * @category model
 * @since 0.1.0
 */
export type RestartMode = 'fast' | 'immediate'

/**
 * A Postgres server on 127.0.0.1, in use by this process. It does not keep the process alive, and it is stopped when its last user stops
 * it or ends, in whatever way.
 *
 * @category model
 * @since 0.1.0
 */
export interface RunningPostgres {
  /** Of the database `postgres`, as superuser, with the password. */
  readonly url: string
  readonly port: number
  /** Where the data really is: below the directory that was asked for, or elsewhere when the user of the server cannot enter that. */
  readonly directory: string
  /** Of the postmaster, as of now: a restart gives another one. */
  readonly pid: number
  /** Makes a database unless it is there, and answers its url. */
  readonly createDatabase: (name: string) => TE.TaskEither<EmbeddedPostgresError, string>
  /**
   * Stops the server (or finds it killed) and starts it on the same port, for all who share it. Answers the server with its new process
   * id; the old value stays good for everything else.
   */
  readonly restart: (mode?: RestartMode) => TE.TaskEither<EmbeddedPostgresError, RunningPostgres>
  /** Ends our use of the server; the last user waits until it has stopped. A second call does nothing. */
  readonly stop: () => TE.TaskEither<EmbeddedPostgresError, void>
}
