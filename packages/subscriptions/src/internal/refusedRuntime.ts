import type { InvalidInput } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { taskEither as TE } from 'fp-ts'

/** A runtime of options that are none: nothing runs, and each call answers with the option and what was expected. */
export const refusedRuntime = (problem: InvalidInput) => {
  const refused = TE.left(problem)
  const refuse = () => refused
  return {
    start: refused,
    stop: () => Promise.resolve(),
    run: refuse,
    // A status has no error but that of the store.
    status: TE.left(storeUnavailable(`${problem.what} ${problem.why}`, false, problem)),
    waitFor: refuse,
    rebuild: refuse,
    rollBack: refuse,
    abandon: refuse,
    remove: refuse,
    rename: refuse,
    reset: refuse,
  }
}
