import type { RecordedEvent, StreamName } from '@foldlog/core'
import { type LogFilter, logRewound, type ReadLogOptions } from '@foldlog/core/store'
import fc from 'fast-check'
import { expectEqual } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { left, newEvent, readToEnd, readWholeLog, right, streamNamed } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

/** Names that a pattern, a comparison without case or a split at the wrong dash would confuse. */
const names = [
  'order-1',
  'order-10',
  'order-1-2',
  'Order-1',
  'orders-1',
  'or-der-1',
  'a%b-1',
  'axb-1',
  'a_b-1',
  'a\\b-1',
  'a\\%b-1',
  'é-1',
  'e\u0301-1',
  '🙂-🙃',
  '🙂-🙃🙃',
].map(streamNamed)

const types = ['Opened', 'opened', 'Closed', 'Op%', 'Op_ned', "it's"]

const prefixes = [
  'o',
  'or',
  'order',
  'order-',
  'order-1',
  'orders',
  'a%',
  'a_',
  'a\\',
  'a\\%',
  'é',
  'e',
  '🙂-🙃',
  '%',
  'x',
]

const categoryOf = (name: string): string => name.slice(0, name.indexOf('-'))

const some = <A>(values: ReadonlyArray<A>) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 4 })

const filters: fc.Arbitrary<LogFilter> = fc.record(
  {
    categories: some([...names.map(categoryOf), 'Or der', 'nobody']),
    streams: some([...names, streamNamed('nobody-1')]),
    streamPrefix: fc.constantFrom(...prefixes),
    types: some([...types, 'Nothing']),
  },
  { requiredKeys: [], noNullPrototype: true },
)

/** The meaning of a filter, as plainly as possible. */
export const meets =
  ({ categories, streams, streamPrefix, types: wanted }: LogFilter) =>
  ({ stream, type }: { readonly stream: StreamName; readonly type: string }): boolean =>
    (categories === undefined || categories.includes(categoryOf(stream))) &&
    (streams === undefined || streams.includes(stream)) &&
    (streamPrefix === undefined || stream.startsWith(streamPrefix)) &&
    (wanted === undefined || wanted.includes(type))

/** Every name with every type, and a function that knows the expected result of each read. */
const written = async (store: LawContext['store']) => {
  for (const round of types.keys()) {
    await Promise.all(
      names.map((stream, i) => {
        const events = [newEvent({ round }, types[(round + i) % types.length])]
        return right(store.append({ stream, expected: 'any', events }))
      }),
    )
  }
  const { events: log, head, history } = await readToEnd(store)
  const expectPage = async (options: ReadLogOptions): Promise<void> => {
    const { after = 0, count = 1_000, filter = {} } = options
    const what = `readLog(${JSON.stringify(options)})`
    if (after > head)
      return expectEqual(await left(store.readLog(options)), logRewound(after, null, history, head), what)
    const met = log.filter(({ position }) => position > after).filter(meets(filter))
    const events = met.slice(0, count)
    const full = events.length === count
    const position = full ? events.at(-1)?.position : head
    expectEqual(await right(store.readLog(options)), { events, position, end: !full, history }, what)
  }
  return { log, head, history, expectPage }
}

const lastOf = (log: ReadonlyArray<RecordedEvent>): number => log.at(-1)?.position ?? 0

export const log = groupOf('readLog', [
  law('readLog returns every event in the order of positions, as its stream has it', async ({ store }) => {
    const { log: events, head } = await written(store)
    expectEqual(events.length, names.length * types.length, 'events in the log')
    const positions = events.map(({ position }) => position)
    expectEqual(
      positions,
      [...new Set(positions)].sort((one, other) => one - other),
      'positions',
    )
    expectEqual(head >= lastOf(events), true, `the head ${head} is not before the last position ${lastOf(events)}`)
    for (const stream of names) {
      const inStream = (await right(store.readStream(stream))).events
      expectEqual(
        events.filter((event) => event.stream === stream),
        inStream,
        `${stream} in the log and by itself`,
      )
    }
  }),

  law('readLog returns the events behind `after`, at most `count`', async ({ store, runs }) => {
    const { expectPage } = await written(store)
    const options = fc.record(
      { after: fc.nat(120), count: fc.integer({ min: 1, max: 120 }) },
      { requiredKeys: [], noNullPrototype: true },
    )
    await forAll(options, runs(100), expectPage)
  }),

  law('following pages of any size returns everything once', async ({ store, runs }) => {
    const { log: events } = await written(store)
    await forAll(fc.integer({ min: 1, max: 100 }), runs(20), async (count) => {
      expectEqual(await readWholeLog(store, { count }), events, 'all pages')
    })
  }),

  law('a full page is not the end, even when no event follows', async ({ store }) => {
    const { log: events, expectPage } = await written(store)
    await expectPage({ count: events.length })
    await expectPage({ count: events.length + 1 })
    await expectPage({ after: lastOf(events) - 1, count: 1 })
  }),

  law('a read at the head returns an empty page, and a read beyond it finds the log rewound', async ({ store }) => {
    const { head, history, expectPage } = await written(store)
    expectEqual(
      await right(store.readLog({ after: head })),
      { events: [], position: head, end: true, history },
      'at the head',
    )
    for (const after of [head + 1, 2 ** 40, Number.MAX_SAFE_INTEGER]) await expectPage({ after })
  }),
])

export const filteredLog = groupOf(
  'readLog with a filter',
  [
    law(
      'a filtered read returns the events that match every part of the filter, and moves on over the rest',
      async ({ store, runs }) => {
        const { expectPage } = await written(store)
        await forAll(
          fc.tuple(filters, fc.nat(100), fc.integer({ min: 1, max: 30 })),
          runs(300),
          ([filter, after, count]) => expectPage({ filter, after, count }),
        )
      },
    ),

    law('a prefix is compared letter by letter: no pattern, no case, no normal form', async ({ store }) => {
      const { expectPage } = await written(store)
      for (const streamPrefix of prefixes) await expectPage({ filter: { streamPrefix } })
    }),

    law('a repeated alternative counts once', async ({ store }) => {
      const { expectPage } = await written(store)
      const streams = [...names.slice(0, 1), ...names.slice(0, 1)]
      await expectPage({ filter: { streams, categories: ['order', 'order'], types: [...types, ...types] } })
    }),

    law('following filtered pages returns everything once', async ({ store, runs }) => {
      const { log: events } = await written(store)
      await forAll(fc.tuple(filters, fc.integer({ min: 1, max: 30 })), runs(50), async ([filter, count]) => {
        expectEqual(await readWholeLog(store, { filter, count }), events.filter(meets(filter)), 'all pages')
      })
    }),

    law('a full filtered page is not the end, even when no matching event follows', async ({ store }) => {
      const { log: events, expectPage } = await written(store)
      const filter = { types: ['Opened'] }
      await expectPage({ count: events.filter(meets(filter)).length, filter })
    }),

    law(
      'a filtered read without a match moves on to the head, and a read beyond it finds the log rewound',
      async ({ store }) => {
        const { head, expectPage } = await written(store)
        const filter = { types: ['(no event has this type)'] }
        for (const after of [0, 1, head, head + 1, Number.MAX_SAFE_INTEGER]) await expectPage({ after, filter })
      },
    ),
  ],
  'filters',
)
