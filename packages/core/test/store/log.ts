import { fc, test } from '@fast-check/jest'
import type { LogFilter, ReadLog, RecordedEvent, StreamName } from '@foldlog/core'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { headOf, newEvent, right, streamNamed, wholeLog } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

/** Names that a pattern match, a case fold or a cut at the wrong dash would take for each other. */
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
  '-',
  '%',
  'x',
]

const categoryOf = (name: string): string => name.slice(0, name.indexOf('-'))

const some = <A>(values: ReadonlyArray<A>) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 4 })

const filters: fc.Arbitrary<LogFilter> = fc.record(
  {
    categories: some([...names.map(categoryOf), 'or-der', 'nobody']),
    streams: some([...names, streamNamed('nobody-1')]),
    streamPrefix: fc.constantFrom(...prefixes),
    types: some([...types, 'Nothing']),
  },
  { requiredKeys: [] },
)

/** What a filter means, said as plainly as possible. */
const meets =
  ({ categories, streams, streamPrefix, types: wanted }: LogFilter) =>
  ({ stream, type }: RecordedEvent): boolean =>
    (categories === undefined || categories.includes(categoryOf(stream))) &&
    (streams === undefined || streams.includes(stream)) &&
    (streamPrefix === undefined || stream.startsWith(streamPrefix)) &&
    (wanted === undefined || wanted.includes(type))

export const describeLog = (makeStore: MakeStore): void => {
  describe('readLog', () => {
    const store = sharedStore(makeStore)
    let log: ReadonlyArray<RecordedEvent> = []
    let head = 0
    beforeAll(async () => {
      for (let round = 0; round < types.length; round++) {
        for (const [i, stream] of names.entries()) {
          const type = types[(round + i) % types.length] ?? ''
          await right(store().append({ stream, expected: 'any', events: [newEvent({ round }, type)] }))
        }
      }
      log = (await right(store().readLog())).events
      head = await headOf(store())
    })

    const expectModel = async (options: ReadLog): Promise<void> => {
      const { after = 0, count = 1_000, filter = {} } = options
      const met = log.filter(({ position }) => position > after).filter(meets(filter))
      const events = met.slice(0, count)
      const full = events.length === count
      expect(await right(store().readLog(options))).toEqual({
        events,
        position: full ? events.at(-1)?.position : Math.max(head, after),
        end: !full,
      })
    }

    it('gives every event in the order of positions, as its stream has it', async () => {
      expect(log).toHaveLength(names.length * types.length)
      const positions = log.map(({ position }) => position)
      expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other))
      expect(head).toBeGreaterThanOrEqual(positions.at(-1) ?? 0)
      for (const stream of names) {
        const { events } = await right(store().readStream(stream))
        expect(log.filter((event) => event.stream === stream)).toEqual(events)
      }
    })

    test.prop([fc.record({ after: fc.nat(120), count: fc.integer({ min: 1, max: 120 }) }, { requiredKeys: [] })])(
      'gives what is behind `after`, at most `count`',
      expectModel,
    )

    test.prop([filters, fc.nat(100), fc.integer({ min: 1, max: 30 })], { numRuns: 300 })(
      'gives what meets every part of the filter, and moves on over the rest',
      (filter, after, count) => expectModel({ filter, after, count }),
    )

    it('compares a prefix letter by letter: no pattern, no case, no normal form', async () => {
      for (const streamPrefix of prefixes) await expectModel({ filter: { streamPrefix } })
    })

    it('takes an alternative that stands twice for one', async () => {
      const stream = names[0] as StreamName // There are names.
      await expectModel({
        filter: { streams: [stream, stream], categories: ['order', 'order'], types: [...types, ...types] },
      })
    })

    test.prop([filters, fc.integer({ min: 1, max: 30 })], { numRuns: 50 })(
      'followed page by page gives everything once',
      async (filter, count) => {
        expect(await wholeLog(store(), { filter, count })).toEqual(log.filter(meets(filter)))
      },
    )

    it('says of a full page that it is not the end, even when nothing follows', async () => {
      await expectModel({ count: log.length })
      await expectModel({ count: log.length + 1 })
      await expectModel({ after: (log.at(-1)?.position ?? 0) - 1, count: 1 })
      const met = log.filter(meets({ types: ['Opened'] })).length
      await expectModel({ count: met, filter: { types: ['Opened'] } })
    })

    it('never gives a position before `after`, however far that is', async () => {
      for (const after of [head, head + 1, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
        const empty = { events: [], position: after, end: true }
        expect(await right(store().readLog({ after }))).toEqual(empty)
        expect(await right(store().readLog({ after, filter: { types: ['Opened'] } }))).toEqual(empty)
      }
    })
  })
}
