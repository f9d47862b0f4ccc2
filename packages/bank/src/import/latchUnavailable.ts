import type { EventStore, StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'

const latched = storeUnavailable('it failed before, and what comes later must not overtake', true, undefined)

/**
 * A store that, once it was unavailable, remains unavailable.
 *
 * Many rows of an account may be in progress. If the store failed some and came back for later ones, these would be
 * applied before their predecessors, and with an overdraft limit the balance could differ. So the first failure is
 * final, and no caller waits for the next; a new import starts from the stored rows.
 *
 * @category combinators
 * @since 0.1.0
 */
export const latchUnavailable = (store: EventStore): EventStore => {
  let failed = false
  const watched =
    <Err extends { readonly _tag: string }, A>(work: TE.TaskEither<Err, A>): TE.TaskEither<Err | StoreUnavailable, A> =>
    async () => {
      if (failed) return E.left(latched)
      const result = await work()
      if (E.isLeft(result)) {
        failed ||= result.left._tag === 'StoreUnavailable' || result.left._tag === 'StoreOverloaded'
      }
      return result
    }
  return {
    ...store,
    append: (append) => watched(store.append(append)),
    readStream: (stream, options) => watched(store.readStream(stream, options)),
    findEvents: (ids) => watched(store.findEvents(ids)),
  }
}
