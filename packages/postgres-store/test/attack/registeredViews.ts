import { either as E } from 'fp-ts'
import { type FreshStore, freshStore } from './freshStore.ts'

/** The projection whose views these attacks write. */
export const ref = { name: 'views', generation: 1 }

/** The value of an outcome, or a failed test with its error. */
export const right = <L, A>(outcome: E.Either<L, A>): A => {
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
  return outcome.right
}

/** A fresh store on which the projection is registered. */
export const storeWithViews = async (): Promise<FreshStore> => {
  const fresh = await freshStore()
  right(await fresh.store.register({ ...ref, partitions: 1, start: 0 })())
  return fresh
}

/** The start of the statement that waits for a lock now, of the clients with this name; undefined when none waits. */
export const waitingSince = async ({ watcher }: FreshStore, application: string): Promise<string | undefined> => {
  const [row] = await watcher.unsafe(
    `select query_start::text as since from pg_stat_activity
     where application_name = '${application}' and wait_event_type = 'Lock'`,
  )
  return row?.['since']
}
