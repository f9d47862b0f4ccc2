import type { StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'

/**
 * Runs a store operation. A store must not throw; if it does, the result is `StoreUnavailable`, so that no background
 * loop dies silently.
 */
export const runSafely = async <Err, A>(task: TE.TaskEither<Err, A>): Promise<E.Either<Err | StoreUnavailable, A>> => {
  try {
    return await task()
  } catch (cause) {
    return E.left(storeUnavailable('the store threw', false, cause))
  }
}
