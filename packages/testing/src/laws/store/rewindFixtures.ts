import type { Append, LogPosition } from '@foldlog/core'
import { logRewound } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { left, newEvents, numbersTo, readToEnd, right } from '../fixtures.ts'
import { readAt } from './histories.ts'
import type { LawContext } from './LawContext.ts'

export type Store = LawContext['store']

/** Appends `count` more events to a stream, one by one; expects the version that the stream has. */
export const appendGrowing = async (store: Store, stream: Append['stream'], count: number): Promise<void> => {
  for (const _ of numbersTo(count)) {
    const { version } = await right(store.streamInfo(stream))
    await right(store.append({ stream, expected: version, events: newEvents(1) }))
  }
}

/**
 * Checks each position up to the last one of a history, over both connections. Positions up to `common` are valid
 * places, the others are not.
 */
export const expectShared = async (
  { store, other }: LawContext,
  { position: last, history }: LogPosition,
  common: number | null,
): Promise<void> => {
  const { events, history: current } = await readToEnd(store)
  for (const position of [0, ...numbersTo(last)]) {
    const [place, what] = [{ position, history }, `position ${position} of ${last} of ${history}`]
    for (const handle of [store, other]) {
      if (position <= (common ?? 0)) {
        const behind = events.filter((event) => event.position > position).slice(0, 1)
        expectEqual((await right(readAt(handle, place), what)).events, behind, what)
      } else expectEqual(await left(readAt(handle, place), what), logRewound(position, history, current, common), what)
    }
  }
}

export const currentPlace = async (store: Store): Promise<LogPosition> => {
  const { head, history } = await readToEnd(store)
  return { position: head, history }
}
