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
  let after = before.at(-1)?.events.at(-1)?.[0] ?? 0
  return {
    next: async (count) => {
      const slice = await store.readLog({ after, count, ...filter })()
      if (E.isLeft(slice)) return undefined
      after = slice.right.position
      return slice.right.events
    },
    reached: (position) => after >= position,
  }
}
