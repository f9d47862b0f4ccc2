import { fc, test } from '@fast-check/jest'
import { type ReadStream, type RecordedEvent, streamDeleted } from '@foldlog/core'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { deletedStreamOf, freshStream, left, newEvents, right, streamOf } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

const from = fc.oneof(fc.nat(16), fc.constantFrom(2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER))

const bounds: fc.Arbitrary<ReadStream> = fc.record(
  { from, count: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.constant(10_000)), direction: direction() },
  { requiredKeys: [] },
)

function direction() {
  return fc.constantFrom('forward' as const, 'backward' as const)
}

/** What a read must give, said as plainly as possible. */
const model = (all: ReadonlyArray<RecordedEvent>, { from, count = 1_000, direction = 'forward' }: ReadStream) => {
  const inOrder = direction === 'forward' ? all : [...all].reverse()
  const reached = inOrder.filter(({ version }) =>
    direction === 'forward' ? version >= (from ?? 0) : version <= (from ?? version),
  )
  return { version: all.length, events: reached.slice(0, count), end: reached.length <= count }
}

export const describeRead = (makeStore: MakeStore): void => {
  describe('readStream', () => {
    const store = sharedStore(makeStore)
    /** Streams of 0 to 12 events, beside each other. */
    const streams: Array<{ readonly name: ReturnType<typeof freshStream>; readonly all: Array<RecordedEvent> }> = []
    beforeAll(async () => {
      for (let size = 0; size <= 12; size++) streams.push({ name: freshStream(), all: [] })
      for (let version = 1; version <= 12; version++) {
        for (const { name } of streams.slice(version)) {
          await right(store().append({ stream: name, expected: version - 1, events: newEvents(1) }))
        }
      }
      for (const { position, ...event } of (await right(store().readLog())).events) {
        streams.find(({ name }) => name === event.stream)?.all.push({ ...event, position })
      }
    })

    test.prop([fc.nat(12), bounds], { numRuns: 300 })('gives what the model gives', async (size, options) => {
      const { name, all = [] } = streams[size] ?? {}
      expect(all.map(({ version }) => version)).toEqual(Array.from({ length: size }, (_, i) => i + 1))
      const slice = await right(store().readStream(name ?? freshStream(), options))
      expect(slice).toEqual({ stream: name, ...model(all, options) })
    })

    test.prop([fc.nat(12), fc.integer({ min: 1, max: 13 }), direction()], { numRuns: 60 })(
      'followed page by page gives the whole stream',
      async (size, count, direction) => {
        const { name = freshStream(), all = [] } = streams[size] ?? {}
        const pages: Array<RecordedEvent> = []
        for (let from = direction === 'forward' ? 0 : Number.MAX_SAFE_INTEGER; ; ) {
          const slice = await right(store().readStream(name, { from, count, direction }))
          pages.push(...slice.events)
          if (slice.end) break
          expect(slice.events).not.toEqual([])
          from = (slice.events.at(-1)?.version ?? 0) + (direction === 'forward' ? 1 : -1)
        }
        expect(pages).toEqual(direction === 'forward' ? all : [...all].reverse())
      },
    )

    it('gives an empty page of version 0 for an unknown stream', async () => {
      const stream = freshStream()
      const empty = { stream, version: 0, events: [], end: true }
      expect(await right(store().readStream(stream))).toEqual(empty)
      expect(await right(store().readStream(stream, { from: 7 }))).toEqual(empty)
      expect(await right(store().readStream(stream, { direction: 'backward' }))).toEqual(empty)
      expect(await right(store().readStream(stream, { direction: 'backward', from: 7 }))).toEqual(empty)
    })

    it('gives an empty page behind the last event and before the first', async () => {
      const stream = await streamOf(store(), 3)
      const empty = { stream, version: 3, events: [], end: true }
      expect(await right(store().readStream(stream, { from: 4 }))).toEqual(empty)
      expect(await right(store().readStream(stream, { from: 0, direction: 'backward' }))).toEqual(empty)
    })

    it('says that a deleted stream is deleted, whatever part is asked for', async () => {
      const stream = await deletedStreamOf(store(), 3)
      for (const options of [{}, { from: 99 }, { direction: 'backward' }] as const) {
        expect(await left(store().readStream(stream, options))).toEqual(streamDeleted(stream))
      }
    })

    it('gives 1,000 events when no count is given, 10,000 at most', async () => {
      const stream = await streamOf(store(), 10_001)
      const some = await right(store().readStream(stream))
      expect(some).toMatchObject({ version: 10_001, end: false })
      expect(some.events).toHaveLength(1_000)
      const most = await right(store().readStream(stream, { count: 10_000, direction: 'backward' }))
      expect([most.events.at(0)?.version, most.events.at(-1)?.version, most.end]).toEqual([10_001, 2, false])
      expect(await left(store().readStream(stream, { count: 10_001 }))).toMatchObject({ what: 'count' })
    })
  })

  describe('streamInfo', () => {
    const store = sharedStore(makeStore)

    it('tells missing, open and deleted streams, and the version of their last event', async () => {
      const missing = freshStream()
      const open = await streamOf(store(), 2)
      const deleted = await deletedStreamOf(store(), 3)
      expect(await right(store().streamInfo(missing))).toEqual({ stream: missing, status: 'missing', version: 0 })
      expect(await right(store().streamInfo(open))).toEqual({ stream: open, status: 'open', version: 2 })
      expect(await right(store().streamInfo(deleted))).toEqual({ stream: deleted, status: 'deleted', version: 3 })
    })

    it('knows no stream after a refused append', async () => {
      const stream = freshStream()
      await left(store().append({ stream, expected: 1, events: newEvents(1) }))
      expect(await right(store().streamInfo(stream))).toEqual({ stream, status: 'missing', version: 0 })
      expect(await right(store().readStream(stream))).toMatchObject({ version: 0, events: [] })
    })
  })
}
