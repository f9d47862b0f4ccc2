import { type StoreUnavailable, storeUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'

/** Runs a question to a store. No store should throw; should one, it is not available, and no loop ends without a word. */
export const runSafely = async <Err, A>(task: TE.TaskEither<Err, A>): Promise<E.Either<Err | StoreUnavailable, A>> => {
  try {
    return await task()
  } catch (cause) {
    return E.left(storeUnavailable('the store threw', false, cause))
  }
}
