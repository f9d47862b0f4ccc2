import { describe, expect, it } from '@jest/globals'
import { freshStream, left, newEvent, newEvents, right, streamOf } from './given.ts'
import { type MakeStore, withStore } from './TestStore.ts'

export const describeStop = (makeStore: MakeStore): void => {
  describe('stop', () => {
    it('makes every operation unavailable, for good', () =>
      withStore(makeStore, async (store) => {
        const stream = await streamOf(store, 1)
        const append = { stream, expected: 'any', events: newEvents(1) } as const
        const prepared = store.append(append)
        await store.stop()
        const unavailable = { _tag: 'StoreUnavailable', retryable: false, why: expect.any(String) }
        expect(await left(prepared)).toMatchObject(unavailable)
        expect(await left(store.append(append))).toMatchObject(unavailable)
        expect(await left(store.appendAll([append]))).toMatchObject(unavailable)
        expect(await left(store.readStream(stream))).toMatchObject(unavailable)
        expect(await left(store.readLog())).toMatchObject(unavailable)
        expect(await left(store.findEvents([newEvent().id]))).toMatchObject(unavailable)
        expect(await left(store.streamInfo(stream))).toMatchObject(unavailable)
        expect(await left(store.deleteStream(stream, 'any'))).toMatchObject(unavailable)
        expect(await left(store.readFromSnapshot(stream, 1))).toMatchObject(unavailable)
        const snapshot = { stream, version: 1, schemaVersion: 1, state: 1 }
        expect(await left(store.saveSnapshot(snapshot))).toMatchObject(unavailable)
      }))

    it('does nothing before it is called, and may be called twice', () =>
      withStore(makeStore, async (store) => {
        const { stop } = store
        await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))
        await Promise.all([stop(), stop()])
        await stop()
      }))

    it('lets what is under way end well', () =>
      withStore(makeStore, async (store) => {
        const stream = freshStream()
        const appends = Array.from({ length: 50 }, () =>
          right(store.append({ stream, expected: 'any', events: newEvents(1) })),
        )
        const reading = right(store.readLog())
        const stopping = store.stop()
        const versions = (await Promise.all(appends)).map(({ version }) => version)
        expect(new Set(versions)).toEqual(new Set(appends.map((_, i) => i + 1)))
        await reading
        await stopping
      }))

    it('is done when nothing is under way any more', () =>
      withStore(makeStore, async (store) => {
        await streamOf(store, 1_000)
        let answered = 0
        const count = () => {
          answered++
        }
        const reads = Array.from({ length: 20 }, () => store.readLog()().then(count))
        await store.stop()
        // The answers are there; one turn lets them reach their callers.
        await new Promise(setImmediate)
        expect(answered).toBe(20)
        await Promise.all(reads)
      }))

    it('still refuses bad input as bad input', () =>
      withStore(makeStore, async (store) => {
        await store.stop()
        const empty = { stream: freshStream(), expected: 'any', events: [] } as const
        expect(await left(store.append(empty))).toMatchObject({ _tag: 'InvalidInput' })
        expect(await left(store.readLog({ count: 0 }))).toMatchObject({ _tag: 'InvalidInput' })
      }))
  })
}
