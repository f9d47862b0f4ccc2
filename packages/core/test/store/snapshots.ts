import { test } from '@fast-check/jest'
import type { Json, StreamName } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { option as O } from 'fp-ts'
import { freshStream, left, newEvents, right, streamOf, untyped } from './given.ts'
import { json } from './json.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

export const describeSnapshots = (makeStore: MakeStore): void => {
  describe('snapshots', () => {
    const store = sharedStore(makeStore)

    const save = (stream: StreamName, version: number, state: Json, schemaVersion = 1) =>
      right(store().saveSnapshot({ stream, version, schemaVersion, state }))

    /** [version and state of the snapshot, versions behind it, version of the stream, end] */
    const load = async (stream: StreamName, schemaVersion = 1, count?: number) => {
      const { snapshot, slice } = await right(store().readFromSnapshot(stream, schemaVersion, count))
      if (O.isSome(snapshot)) expect(snapshot.value).toMatchObject({ stream, schemaVersion })
      expect(slice.stream).toBe(stream)
      const kept = O.isSome(snapshot) ? [snapshot.value.version, snapshot.value.state] : undefined
      return { kept, behind: slice.events.map(({ version }) => version), version: slice.version, end: slice.end }
    }

    it('of a stream without one: the whole stream, from its beginning', async () => {
      const stream = await streamOf(store(), 3)
      expect(await load(stream)).toEqual({ kept: undefined, behind: [1, 2, 3], version: 3, end: true })
      expect(await load(stream, 1, 2)).toEqual({ kept: undefined, behind: [1, 2], version: 3, end: false })
      const { events } = await right(store().readStream(stream))
      expect((await right(store().readFromSnapshot(stream, 1))).slice.events).toEqual(events)
    })

    it('of an unknown stream: none, and an empty page of version 0', async () => {
      expect(await load(freshStream())).toEqual({ kept: undefined, behind: [], version: 0, end: true })
    })

    it('come with the events behind them, at most `count`', async () => {
      const stream = await streamOf(store(), 5)
      await save(stream, 2, { sum: 3 })
      const kept = [2, { sum: 3 }]
      expect(await load(stream)).toEqual({ kept, behind: [3, 4, 5], version: 5, end: true })
      expect(await load(stream, 1, 3)).toEqual({ kept, behind: [3, 4, 5], version: 5, end: true })
      expect(await load(stream, 1, 2)).toEqual({ kept, behind: [3, 4], version: 5, end: false })
      await save(stream, 5, { sum: 15 })
      expect(await load(stream)).toEqual({ kept: [5, { sum: 15 }], behind: [], version: 5, end: true })
      await right(store().append({ stream, expected: 5, events: newEvents(1) }))
      expect(await load(stream)).toEqual({ kept: [5, { sum: 15 }], behind: [6], version: 6, end: true })
    })

    it('bring 1,000 events when no count is given', async () => {
      const stream = await streamOf(store(), 1_002)
      await save(stream, 1, 'one')
      const { behind, end } = await load(stream)
      expect([behind.length, end]).toEqual([1_000, false])
    })

    it('are kept by the version of their shape; a reader of another shape never sees them', async () => {
      const stream = await streamOf(store(), 3)
      await save(stream, 1, 'old shape', 1)
      await save(stream, 2, 'new shape', 32_767)
      expect((await load(stream, 1)).kept).toEqual([1, 'old shape'])
      expect((await load(stream, 32_767)).kept).toEqual([2, 'new shape'])
      expect(await load(stream, 2)).toEqual({ kept: undefined, behind: [1, 2, 3], version: 3, end: true })
    })

    it('are replaced by newer ones only', async () => {
      const stream = await streamOf(store(), 4)
      await save(stream, 2, 'at 2')
      await save(stream, 1, 'at 1')
      await save(stream, 2, 'at 2 again')
      expect((await load(stream)).kept).toEqual([2, 'at 2'])
      await save(stream, 3, 'at 3')
      expect((await load(stream)).kept).toEqual([3, 'at 3'])
    })

    it('are not kept of streams that are missing or have not come so far', async () => {
      const missing = freshStream()
      await save(missing, 1, 'never')
      expect((await right(store().streamInfo(missing))).status).toBe('missing')
      const stream = await streamOf(store(), 1)
      await save(stream, 2, 'too far')
      await save(stream, Number.MAX_SAFE_INTEGER, 'much too far')
      await right(store().append({ stream, expected: 1, events: newEvents(1) }))
      expect(await load(stream)).toEqual({ kept: undefined, behind: [1, 2], version: 2, end: true })
      await right(store().append({ stream: missing, expected: 'noStream', events: newEvents(1) }))
      expect((await load(missing)).kept).toBeUndefined()
    })

    it('end with the newest of many that are saved at once', async () => {
      const stream = await streamOf(store(), 20)
      await Promise.all(Array.from({ length: 20 }, (_, i) => save(stream, ((i * 7) % 20) + 1, i)))
      expect((await load(stream)).kept?.[0]).toBe(20)
    })

    test.prop([json], { numRuns: 50 })('come back as they were', async (state) => {
      const stream = await streamOf(store(), 1)
      await save(stream, 1, state)
      expect((await load(stream)).kept).toEqual([1, state])
    })

    it('are refused when they are not what a snapshot can be', async () => {
      const stream = await streamOf(store(), 3)
      const good = { stream, version: 1, schemaVersion: 1, state: {} }
      const bad: ReadonlyArray<readonly [string, object]> = [
        ['stream name', { stream: '$all' }],
        ['stream name', { stream: undefined }],
        ...[0, -1, 1.5, Number.NaN, 2 ** 53, '1', null, undefined].map((version) => ['version', { version }] as const),
        ...[0, -1, 1.5, Number.NaN, 32_768, '1', null, undefined].map(
          (schemaVersion) => ['schemaVersion', { schemaVersion }] as const,
        ),
        ...[undefined, Number.NaN, -0, 1n, '\u0000', '\ud800', () => 1].map((state) => ['state', { state }] as const),
      ]
      for (const [what, part] of bad) {
        const error = await left(store().saveSnapshot(untyped({ ...good, ...part })))
        expect(error).toMatchObject({ _tag: 'InvalidInput', what })
      }
      for (const nothing of [undefined, null, 'snapshot']) {
        expect(await left(store().saveSnapshot(untyped(nothing)))).toMatchObject({ _tag: 'InvalidInput' })
      }
      expect((await load(stream)).kept).toBeUndefined()
    })

    it('are not read with a shape or count that cannot be', async () => {
      const stream = await streamOf(store(), 1)
      for (const shape of [0, 32_768, 1.5, Number.NaN, '1', null, undefined]) {
        const error = await left(store().readFromSnapshot(stream, untyped(shape)))
        expect(error).toMatchObject({ _tag: 'InvalidInput', what: 'schemaVersion' })
      }
      for (const count of [0, 10_001, 1.5, null]) {
        const error = await left(store().readFromSnapshot(stream, 1, untyped(count)))
        expect(error).toMatchObject({ _tag: 'InvalidInput', what: 'count' })
      }
    })
  })
}
