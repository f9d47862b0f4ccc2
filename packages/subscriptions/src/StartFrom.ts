import type { EventStore, InvalidInput, LogTail, StoreUnavailable } from '@foldlog/core'
import { either as E, taskEither as TE } from 'fp-ts'

/**
 * Where to begin: with the first event of the log, with what comes after now, behind a position, or with what was recorded at or after a time.
 *
 * @category model
 * @since 0.1.0
 */
export type StartFrom = 'origin' | 'now' | { readonly after: number } | { readonly time: Date }

/** Recording times do not descend much from one position to the next: a search by halves finds the first event at or after a time. */
const firstAt =
  (
    store: Pick<EventStore, 'readLog'>,
    head: number,
    time: number,
  ): TE.TaskEither<InvalidInput | StoreUnavailable, number> =>
  async () => {
    // Every event up to `low` is earlier; the first event behind `high` is not, or there is none.
    let [low, high] = [0, head]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const page = await store.readLog({ after: middle, count: 1 })()
      if (E.isLeft(page)) return page
      const [event] = page.right.events
      if (event === undefined || event.recordedAt.getTime() >= time) high = middle
      else low = event.position
    }
    return E.right(low)
  }

/**
 * The position behind which to begin.
 *
 * @category destructors
 * @since 0.1.0
 */
const position = (
  store: Pick<EventStore, 'readLog'> & Pick<LogTail, 'head'>,
  start: StartFrom,
): TE.TaskEither<InvalidInput | StoreUnavailable, number> => {
  if (start === 'origin') return TE.right(0)
  if (start === 'now') return store.head
  if ('after' in start) return TE.right(start.after)
  return async () => {
    const head = await store.head()
    return E.isLeft(head) ? head : firstAt(store, head.right, start.time.getTime())()
  }
}

/**
 * Functions on {@link StartFrom}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const StartFrom = { position } as const
