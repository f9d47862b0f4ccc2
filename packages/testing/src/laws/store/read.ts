import type { RecordedEvent, StreamName } from '@foldlog/core'
import { type ReadStreamOptions, streamDeleted } from '@foldlog/core/store'
import fc from 'fast-check'
import { expectEqual, expectMatch } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import {
  createDeletedStream,
  createStream,
  expectInvalidInput,
  freshStream,
  historyOf,
  left,
  newEvents,
  numbersTo,
  readWholeLog,
  right,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

const direction = fc.constantFrom('forward' as const, 'backward' as const)

const bounds: fc.Arbitrary<ReadStreamOptions> = fc.record(
  {
    from: fc.oneof(fc.nat(16), fc.constantFrom(2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER)),
    count: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.constant(10_000)),
    direction,
  },
  { requiredKeys: [], noNullPrototype: true },
)

/** The expected result of a read, as plainly as possible. */
const page = (
  all: ReadonlyArray<RecordedEvent>,
  { from, count = 1_000, direction: way = 'forward' }: ReadStreamOptions,
) => {
  const inOrder = way === 'forward' ? all : [...all].reverse()
  const reached = inOrder.filter(({ version }) =>
    way === 'forward' ? version >= (from ?? 0) : version <= (from ?? version),
  )
  return { version: all.length, events: reached.slice(0, count), end: reached.length <= count }
}

interface Written {
  readonly stream: StreamName
  readonly all: ReadonlyArray<RecordedEvent>
}

/** Streams of 0 to 12 events that grew beside each other, in the order of the log. */
const written = async (store: LawContext['store']): Promise<(size: number) => Written> => {
  const streams = numbersTo(13).map(() => freshStream())
  for (const version of numbersTo(12)) {
    const growing = streams.slice(version)
    await Promise.all(
      growing.map((stream) => right(store.append({ stream, expected: version - 1, events: newEvents(1) }))),
    )
  }
  const log = await readWholeLog(store)
  return (size) => {
    const stream = streams[size] ?? freshStream()
    const all = log.filter((event) => event.stream === stream)
    expectEqual(
      all.map(({ version }) => version),
      numbersTo(size),
      `versions of a stream of ${size} in the order of the log`,
    )
    return { stream, all }
  }
}

export const read = groupOf('readStream', [
  law('readStream returns the events within the bounds, in the requested direction', async ({ store, runs }) => {
    const of = await written(store)
    const history = await historyOf(store)
    await forAll(fc.tuple(fc.nat(12), bounds), runs(300), async ([size, options]) => {
      const { stream, all } = of(size)
      const slice = await right(store.readStream(stream, options))
      expectEqual(slice, { stream, history, ...page(all, options) }, `a stream of ${size} events`)
    })
  }),

  law('following pages returns the whole stream once', async ({ store, runs }) => {
    const of = await written(store)
    await forAll(
      fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 13 }), direction),
      runs(60),
      async ([size, count, way]) => {
        const { stream, all } = of(size)
        const pages: Array<RecordedEvent> = []
        for (let from = way === 'forward' ? 0 : Number.MAX_SAFE_INTEGER; ; ) {
          const slice = await right(store.readStream(stream, { from, count, direction: way }))
          pages.push(...slice.events)
          const last = slice.events.at(-1)
          if (slice.end || last === undefined) break
          from = last.version + (way === 'forward' ? 1 : -1)
        }
        expectEqual(pages, way === 'forward' ? all : [...all].reverse(), 'all pages')
      },
    )
  }),

  law('an unknown stream is an empty page of version 0', async ({ store }) => {
    const stream = freshStream()
    const empty = { stream, version: 0, events: [], end: true, history: await historyOf(store) }
    for (const options of [
      undefined,
      { from: 7 },
      { direction: 'backward' },
      { direction: 'backward', from: 7 },
    ] as const) {
      expectEqual(await right(store.readStream(stream, options)), empty, JSON.stringify(options ?? {}))
    }
  }),

  law('a read behind the last event or before the first returns an empty page', async ({ store }) => {
    const stream = await createStream(store, 3)
    const empty = { stream, version: 3, events: [], end: true, history: await historyOf(store) }
    expectEqual(await right(store.readStream(stream, { from: 4 })), empty, 'from 4')
    expectEqual(await right(store.readStream(stream, { from: 0, direction: 'backward' })), empty, 'backward from 0')
  }),

  law(
    'a read of a deleted stream finds it deleted, whatever part is requested',
    async ({ store }) => {
      const stream = await createDeletedStream(store, 3)
      for (const options of [{}, { from: 99 }, { direction: 'backward' }] as const) {
        expectEqual(await left(store.readStream(stream, options)), streamDeleted(stream), JSON.stringify(options))
      }
    },
    'deleteStream',
  ),

  law('readStream returns at most 1,000 events by default', async ({ store }) => {
    const stream = await createStream(store, 1_000)
    const all = await right(store.readStream(stream))
    expectEqual([all.events.length, all.end], [1_000, true], 'of 1,000 events')
    await right(store.append({ stream, expected: 1_000, events: newEvents(1) }))
    const some = await right(store.readStream(stream))
    expectEqual([some.events.length, some.version, some.end], [1_000, 1_001, false], 'of 1,001 events')
  }),

  law(
    'readStream returns at most 10,000 events on request',
    async ({ store }) => {
      const stream = await createStream(store, 10_001)
      const most = await right(store.readStream(stream, { count: 10_000, direction: 'backward' }))
      expectMatch([most.events.at(0)?.version, most.events.at(-1)?.version, most.end], [10_001, 2, false], 'backward')
      await expectInvalidInput(store.readStream(stream, { count: 10_001 }), 'one more', 'count')
    },
    'largeAppends',
  ),
])

export const streamInfo = groupOf('streamInfo', [
  law('streamInfo distinguishes missing and open streams, and has the version of the last event', async ({ store }) => {
    const missing = freshStream()
    const open = await createStream(store, 2)
    expectEqual(await right(store.streamInfo(missing)), { stream: missing, status: 'missing', version: 0 }, 'missing')
    expectEqual(await right(store.streamInfo(open)), { stream: open, status: 'open', version: 2 }, 'open')
  }),

  law(
    'streamInfo finds a stream deleted, and has the version of the last event',
    async ({ store }) => {
      const stream = await createDeletedStream(store, 3)
      expectEqual(await right(store.streamInfo(stream)), { stream, status: 'deleted', version: 3 }, 'deleted')
    },
    'deleteStream',
  ),
])
