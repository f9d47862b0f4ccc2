import { describe, expect, it } from '@jest/globals'
import { deletedStreamOf, freshStream, headOf, newEvents, right, wholeLog } from './given.ts'
import { type MakeStore, withStore } from './TestStore.ts'

export const describeFreshLog = (makeStore: MakeStore): void => {
  describe('a log of its own', () => {
    it('of an empty store is empty', () =>
      withStore(makeStore, async (store) => {
        const empty = { events: [], position: 0, end: true }
        expect(await right(store.readLog())).toEqual(empty)
        expect(await right(store.readLog({ filter: { categories: ['thing'] } }))).toEqual(empty)
      }))

    it('counts from 1', () =>
      withStore(makeStore, async (store) => {
        const { positions } = await right(
          store.append({ stream: freshStream(), expected: 'any', events: newEvents(3) }),
        )
        expect(positions).toEqual([1, 2, 3])
      }))

    it('keeps the events of deleted streams, and has none for the deletion', () =>
      withStore(makeStore, async (store) => {
        const stream = await deletedStreamOf(store, 3)
        const log = await wholeLog(store)
        expect(log.map((event) => [event.stream, event.version])).toEqual([1, 2, 3].map((version) => [stream, version]))
        expect(await wholeLog(store, { filter: { streams: [stream] } })).toEqual(log)
        expect(await headOf(store)).toBe(3)
      }))

    it('lets a reader of rare events through 110,000 others, page by page', () =>
      withStore(makeStore, async (store) => {
        for (let i = 0; i < 11; i++) {
          await right(store.append({ stream: freshStream('noise'), expected: 'any', events: newEvents(10_000) }))
        }
        const rare = freshStream('rare')
        await right(store.append({ stream: rare, expected: 'any', events: newEvents(2, 'Rare') }))
        for (const filter of [{ categories: ['rare'] }, { types: ['Rare'] }, { streamPrefix: 'ra' }]) {
          const found = await wholeLog(store, { count: 10, filter })
          expect(found.map(({ stream, position }) => [stream, position])).toEqual([
            [rare, 110_001],
            [rare, 110_002],
          ])
        }
      }))
  })
}
