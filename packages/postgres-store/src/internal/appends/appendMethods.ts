import type { Append, AppendError, Appended } from '@foldlog/core'
import { CheckedAppend, storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { TransactionalAppends } from '../../TransactionalAppends.ts'
import { boundaries } from '../encoding/boundaries.ts'
import type { AppendOutcome } from './appendResults.ts'

type AppendParts = (parts: ReadonlyArray<CheckedAppend>) => Promise<AppendOutcome>

/** The append functions of the port. They check their input before `appendParts` is called. */
export const appendMethods = (appendParts: AppendParts): TransactionalAppends => {
  const appendAll = async (appends: ReadonlyArray<Append>): Promise<E.Either<AppendError, ReadonlyArray<Appended>>> => {
    const checked = CheckedAppend.check(appends, boundaries)
    if (E.isLeft(checked)) return checked
    const outcome = await appendParts(checked.right)
    // An append without views cannot be stale: foldlog.lock_views raises an error instead.
    if (E.isLeft(outcome) && outcome.left._tag === 'ViewConflict')
      return E.left(storeUnavailable('the server sent no result for this append', false, outcome.left))
    // The outcome has no other conflict of views.
    return outcome as E.Either<AppendError, ReadonlyArray<Appended>>
  }
  return {
    appendAll: (appends) => () => appendAll(appends),
    append: (append) => async () => {
      const outcome = await appendAll([append])
      // One checked append has exactly one result.
      return E.isLeft(outcome) ? outcome : E.right(outcome.right[0] as Appended)
    },
  }
}
