import type { EventStore, ReadLog } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Page, Scope } from '../Observations.ts'
import type { Source } from './Source.ts'

/**
 * The log as the store reads it, from behind the last event of the pages before.
 *
 * @category constructors
 * @since 0.1.0
 */
export const logSource = (
  store: EventStore,
  { categories }: Extract<Scope, { readonly of: 'log' }>,
  before: ReadonlyArray<Page>,
): Source => {
  const filter: Pick<ReadLog, 'filter'> = categories === undefined ? {} : { filter: { categories } }
  const last = before.at(-1)
  let after = last?.rewound ?? last?.events.at(-1)?.[0] ?? 0
  let history = last?.history
  return {
    next: async (count) => {
      const slice = await store.readLog({ after, count, ...filter, ...(history === undefined ? {} : { history }) })()
      if (E.isLeft(slice)) {
        if (slice.left._tag !== 'LogRewound') return undefined
        after = slice.left.common ?? 0
        // A place of the current log: so another rewind before the next page is noticed too.
        history = slice.left.current
        return { rewound: after }
      }
      after = slice.right.position
      history = slice.right.history
      return { events: slice.right.events, history }
    },
    reached: (position) => after >= position,
  }
}
