import type { Append, AppendError, Appended } from '@foldlog/core'
import { CheckedAppend, storeUnavailable } from '@foldlog/core/store'
import { either as E, function as F, type taskEither as TE } from 'fp-ts'
import type { TransactionalAppends } from '../../TransactionalAppends.ts'
import { boundaries } from '../encoding/boundaries.ts'
import type { AppendOutcome } from './appendResults.ts'

type AppendParts = (parts: ReadonlyArray<CheckedAppend>) => Promise<AppendOutcome>

/** The append functions of the port. They check their input before `appendParts` is called. */
export const appendMethods = (appendParts: AppendParts): TransactionalAppends => {
  const appendAll = (appends: ReadonlyArray<Append>): TE.TaskEither<AppendError, ReadonlyArray<Appended>> => {
    return async () => {
      const checked = CheckedAppend.check(appends, boundaries)
      if (E.isLeft(checked)) return checked
      const outcome = await appendParts(checked.right)
      return F.pipe(
        outcome,
        // An append without views cannot be stale: foldlog.lock_views raises an error instead.
        E.mapLeft((error) =>
          error._tag === 'ViewConflict'
            ? storeUnavailable('the server sent no result for this append', false, error)
            : error,
        ),
      )
    }
  }
  return {
    appendAll,
    append: (append) => async () => {
      const outcome = await appendAll([append])()
      return F.pipe(
        outcome,
        // One checked append has exactly one result.
        E.map(([appended]) => appended as Appended),
      )
    },
  }
}
