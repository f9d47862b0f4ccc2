import { describe, expect, it } from '@jest/globals'
import { option as O } from 'fp-ts'
import { freshStream, newEvents, right, wholeLog } from './given.ts'
import { type MakeStore, withStore } from './TestStore.ts'

export const describeIsolation = (makeStore: MakeStore): void => {
  describe('two stores side by side', () => {
    it('know nothing of each other: streams, ids, log, snapshots, deletions, stop', () =>
      withStore(makeStore, async (one) => {
        await withStore(makeStore, async (other) => {
          const stream = freshStream()
          const append = { stream, expected: 'noStream', events: newEvents(2) } as const
          const first = await right(one.append(append))
          expect(await wholeLog(other)).toEqual([])
          expect((await right(other.streamInfo(stream))).status).toBe('missing')
          const second = await right(other.append(append))
          expect([first, second]).toMatchObject([
            { repeated: false, positions: [1, 2] },
            { repeated: false, positions: [1, 2] },
          ])
          await right(one.saveSnapshot({ stream, version: 2, schemaVersion: 1, state: 'one' }))
          expect(O.isNone((await right(other.readFromSnapshot(stream, 1))).snapshot)).toBe(true)
          await right(one.deleteStream(stream, 2))
          expect((await right(other.readStream(stream))).events).toHaveLength(2)
          await one.stop()
          expect((await right(other.append({ ...append, expected: 2, events: newEvents(1) }))).version).toBe(3)
        })
      }))
  })
}
