import type { taskEither as TE } from 'fp-ts'
import type { StoreUnavailable } from './StoreError.ts'

/**
 * An append whose transaction is still open. Readers of the log wait at `position`, `since` that time, until the
 * transaction ends. `session` is the session of the server that holds the transaction, in Postgres a process id, and
 * `null` when no session holds it any more (a prepared transaction); `application` is the name that the session gives.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenAppend {
  readonly position: number
  readonly since: Date
  readonly session: string | null
  readonly application: string | null
}

/**
 * The appends that readers of the log wait for. Most appends are open for milliseconds. One that is open for minutes is
 * a transaction that an application does not end.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenAppends {
  /** The open appends that readers wait for, the lowest position first. */
  readonly openAppends: TE.TaskEither<StoreUnavailable, ReadonlyArray<OpenAppend>>
}
