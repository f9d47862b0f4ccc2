import type { EventId, EventStore, RecordedEvent } from '@foldlog/core'
import type { ReadLogOptions } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { ReadPage, Scope } from '../Observations.ts'
import type { PageSource } from './PageSource.ts'

/**
 * The log as the store returns it, from behind the last event of the pages before. In a new history it searches for the
 * last events that it has read, as a subscription does: an event whose transaction was open at the moment of the backup
 * is gone, though later ones are there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const logSource = (
  store: EventStore,
  { categories }: Extract<Scope, { readonly of: 'log' }>,
  before: ReadonlyArray<ReadPage>,
): PageSource => {
  const filter: Pick<ReadLogOptions, 'filter'> = categories === undefined ? {} : { filter: { categories } }
  const last = before.at(-1)
  let after = last?.rewound ?? last?.events.at(-1)?.[0] ?? 0
  let history = last?.history
  let recent: ReadonlyArray<Pick<RecordedEvent, 'id' | 'position'>> = []

  /**
   * The position before the first event that was read and is gone; undefined when none is, and null when there was no
   * answer.
   */
  const lostAfter = async (): Promise<number | null | undefined> => {
    const found = await store.findEvents(recent.map(({ id }) => id))()
    if (E.isLeft(found)) return null
    const here = new Map<EventId, number>(found.right.map(({ id, position }) => [id, position]))
    const gone = recent.find(({ id, position }) => here.get(id) !== position)
    return gone === undefined ? undefined : gone.position - 1
  }

  const goBack = (to: number, current: string) => {
    after = to
    // A place of the log as it is now: should it go back once more before the next page, that is noticed, too.
    history = current
    recent = recent.filter(({ position }) => position <= to)
    return { rewound: to }
  }

  return {
    next: async (count) => {
      const slice = await store.readLog({ after, count, ...filter, ...(history === undefined ? {} : { history }) })()
      if (E.isLeft(slice)) {
        if (slice.left._tag !== 'LogRewound') return undefined
        const { common, current } = slice.left
        const lost = await lostAfter()
        return lost === null ? undefined : goBack(Math.min(common ?? 0, lost ?? common ?? 0), current)
      }
      if (history !== undefined && slice.right.history !== history) {
        const lost = await lostAfter()
        if (lost === null) return undefined
        if (lost !== undefined) return goBack(lost, slice.right.history)
      }
      recent = [...recent, ...slice.right.events].slice(-1_000)
      after = slice.right.position
      history = slice.right.history
      return { events: slice.right.events, history }
    },
    reached: (position) => after >= position,
  }
}
