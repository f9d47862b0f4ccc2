import type { EventId } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { deletedStreamOf, freshId, freshStream, left, newEvents, right, untyped, wholeLog } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

export const describeFindEvents = (makeStore: MakeStore): void => {
  describe('findEvents', () => {
    const store = sharedStore(makeStore)
    const freshIds = (count: number): ReadonlyArray<EventId> => Array.from({ length: count }, freshId)

    it('gives the events of any stream in the order of positions, each once, and leaves out what is not stored', async () => {
      const later = newEvents(2)
      const earlier = newEvents(2)
      await right(store().append({ stream: freshStream(), expected: 'any', events: earlier }))
      await right(store().append({ stream: freshStream(), expected: 'any', events: later }))
      const ids = [...later, ...earlier].map(({ id }) => id)
      const found = await right(store().findEvents([...freshIds(1), ...ids, ...freshIds(1), ...ids]))
      expect(found.map(({ id }) => id)).toEqual([...earlier, ...later].map(({ id }) => id))
      const log = await wholeLog(store())
      expect(found).toEqual(log.filter(({ id }) => ids.includes(id)))
    })

    it('finds the events of deleted streams', async () => {
      const stream = await deletedStreamOf(store(), 2)
      const events = (await wholeLog(store())).filter((event) => event.stream === stream)
      expect(events).toHaveLength(2)
      expect(await right(store().findEvents(events.map(({ id }) => id)))).toEqual(events)
    })

    it('takes no ids at all, and at most 1,000', async () => {
      expect(await right(store().findEvents([]))).toEqual([])
      const events = newEvents(1_000)
      await right(store().append({ stream: freshStream(), expected: 'any', events }))
      expect(await right(store().findEvents(events.map(({ id }) => id)))).toHaveLength(1_000)
      expect(await left(store().findEvents(freshIds(1_001)))).toMatchObject({ _tag: 'InvalidInput', what: 'ids' })
    })

    it('refuses what is no id, also among good ones', async () => {
      for (const bad of ['', 'x', freshId().toLowerCase(), `8${'0'.repeat(25)}`, 7, 7n, null, undefined]) {
        expect(await left(store().findEvents([freshId(), untyped(bad)]))).toMatchObject({ _tag: 'InvalidInput' })
      }
      for (const bad of [null, undefined, freshId(), {}]) {
        expect(await left(store().findEvents(untyped(bad)))).toMatchObject({ _tag: 'InvalidInput', what: 'ids' })
      }
    })
  })
}
