import { describe, expect, it } from '@jest/globals'
import { option as O } from 'fp-ts'
import { freshStream, headOf, newEvents, right, streamOf } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

export const describeLaziness = (makeStore: MakeStore): void => {
  describe('a TaskEither of the store', () => {
    const store = sharedStore(makeStore)

    it('does nothing before it is called', async () => {
      const stream = await streamOf(store(), 1)
      const head = await headOf(store())
      const waiting = [
        store().append({ stream, expected: 'any', events: newEvents(1) }),
        store().appendAll([{ stream: freshStream(), expected: 'any', events: newEvents(1) }]),
        store().saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 }),
        store().deleteStream(stream, 'any'),
      ]
      expect(waiting).toHaveLength(4)
      // Time for what should not have begun: as many requests as were made, all of them answered.
      for (const _ of waiting) await right(store().streamInfo(stream))
      expect(await headOf(store())).toBe(head)
      expect(await right(store().streamInfo(stream))).toEqual({ stream, status: 'open', version: 1 })
      expect(O.isNone((await right(store().readFromSnapshot(stream, 1))).snapshot)).toBe(true)
    })

    it('repeats the append when it is called again', async () => {
      const append = store().append({ stream: freshStream(), expected: 'noStream', events: newEvents(2) })
      const first = await right(append)
      expect(first.repeated).toBe(false)
      expect(await right(append)).toEqual({ ...first, repeated: true })
    })

    it('reads anew each time it is called', async () => {
      const stream = freshStream()
      const read = store().readStream(stream)
      expect((await right(read)).version).toBe(0)
      await right(store().append({ stream, expected: 'any', events: newEvents(2) }))
      expect((await right(read)).version).toBe(2)
    })
  })
}
