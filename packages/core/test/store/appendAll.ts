import { type Append, type StreamName, streamDeleted, versionConflict } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { deletedStreamOf, freshStream, headOf, left, newEvent, newEvents, right, streamOf } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

export const describeAppendAll = (makeStore: MakeStore): void => {
  describe('appendAll', () => {
    const store = sharedStore(makeStore)

    /** Refuses, and leaves every stream and the log as they were. */
    const refusesWhole = async (appends: ReadonlyArray<Append>): Promise<unknown> => {
      const infos = () => Promise.all(appends.map(({ stream }) => right(store().streamInfo(stream))))
      const before = await infos()
      const head = await headOf(store())
      const error = await left(store().appendAll(appends))
      expect(await infos()).toEqual(before)
      expect((await right(store().readLog({ after: head }))).events).toEqual([])
      return error
    }

    it('stores every part; the results stand in the order of the appends', async () => {
      const open = await streamOf(store(), 2, 'zebra')
      const fresh = freshStream('ant')
      const head = await headOf(store())
      const results = await right(
        store().appendAll([
          { stream: open, expected: 2, events: newEvents(2) },
          { stream: fresh, expected: 'noStream', events: newEvents(3) },
        ]),
      )
      expect(results).toMatchObject([
        { stream: open, firstVersion: 3, version: 4, repeated: false },
        { stream: fresh, firstVersion: 1, version: 3, repeated: false },
      ])
      const { events } = await right(store().readLog({ after: head }))
      expect(events.map(({ position }) => position)).toEqual(results.flatMap(({ positions }) => positions))
      expect(events.map(({ stream }) => stream)).toEqual([open, open, fresh, fresh, fresh])
      expect(new Set(events.map(({ recordedAt }) => recordedAt.getTime())).size).toBe(1)
    })

    it('gives for one append what append gives', async () => {
      const append = { stream: freshStream(), expected: 'noStream', events: newEvents(2) } as const
      const [result, ...others] = await right(store().appendAll([append]))
      expect(others).toEqual([])
      expect({ ...result, repeated: true }).toEqual(await right(store().append(append)))
    })

    it('writes nothing when one part cannot be stored, whichever it is', async () => {
      const open = await streamOf(store(), 3)
      const deleted = await deletedStreamOf(store(), 1)
      const good = () => ({ stream: freshStream(), expected: 'noStream', events: newEvents(2) }) as const
      const conflicting = { stream: open, expected: 2, events: newEvents(1) } as const
      const gone = { stream: deleted, expected: 'any', events: newEvents(1) } as const
      expect(await refusesWhole([conflicting, good()])).toEqual(versionConflict(open, 2, 3))
      expect(await refusesWhole([good(), conflicting])).toEqual(versionConflict(open, 2, 3))
      expect(await refusesWhole([good(), gone, good()])).toEqual(streamDeleted(deleted))
    })

    it('tells the first part in order that cannot be stored', async () => {
      const open = await streamOf(store(), 3)
      const deleted = await deletedStreamOf(store(), 1)
      const conflicting = { stream: open, expected: 'noStream', events: newEvents(1) } as const
      const gone = { stream: deleted, expected: 'any', events: newEvents(1) } as const
      expect(await refusesWhole([conflicting, gone])).toEqual(versionConflict(open, 'noStream', 3))
      expect(await refusesWhole([gone, conflicting])).toEqual(streamDeleted(deleted))
    })

    it('refuses the same stream twice, the same id twice, and nothing at all', async () => {
      const stream = freshStream()
      const event = newEvent()
      const invalid = { _tag: 'InvalidInput', what: 'append' }
      expect(
        await refusesWhole([
          { stream, expected: 'any', events: newEvents(1) },
          { stream, expected: 'any', events: newEvents(1) },
        ]),
      ).toMatchObject(invalid)
      expect(
        await refusesWhole([
          { stream, expected: 'any', events: [event] },
          { stream: freshStream(), expected: 'any', events: [event] },
        ]),
      ).toMatchObject(invalid)
      expect(await refusesWhole([])).toMatchObject(invalid)
    })

    it('finds no deadlock in 200 rounds of opposite orders', async () => {
      // Many at once, some of them new: locks taken one after another in different orders would meet.
      const freshStreams = () => Array.from({ length: 12 }, () => freshStream('opposite'))
      const old = freshStreams()
      const appendTo = (streams: ReadonlyArray<StreamName>) =>
        right(store().appendAll(streams.map((stream) => ({ stream, expected: 'any', events: newEvents(1) }))))
      for (let round = 0; round < 200; round++) {
        const streams = [...old, ...freshStreams()]
        await Promise.all([
          appendTo(streams),
          appendTo([...streams].reverse()),
          appendTo([...streams.slice(6), ...old.slice(0, 6)]),
        ])
      }
      const infos = await Promise.all(old.map((stream) => right(store().streamInfo(stream))))
      expect(infos.map(({ version }) => version)).toEqual(old.map(() => 600))
    })
  })
}
