import type { EventId, NewEvent, RecordedEvent } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { freshStream, newEvent, readWholeLog, right, settledPositionOf } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { expectRejected } from './expectRejected.ts'
import { law } from './storeLaw.ts'

/** Data of so many numbers, each of 301 digits and five characters. */
const manyDigits = (numbers: number): ReadonlyArray<number> => Array.from({ length: numbers }, () => 1e300)

/** As many of these numbers as an event may have: brackets and commas count too. */
const mostNumbers = Math.floor((Limits.eventSize - 1) / 302)

/** More than one page of a store may have together. */
const tooManyForOnePage = (): ReadonlyArray<NewEvent> =>
  Array.from({ length: 20 }, () => newEvent(manyDigits(mostNumbers)))

const idsOf = (events: ReadonlyArray<RecordedEvent | NewEvent>): ReadonlyArray<EventId> => events.map(({ id }) => id)

export const largeEvents = groupOf('large events', [
  law('an event whose numbers have too many digits is refused, however short its JSON is', async ({ store }) => {
    const long = manyDigits(mostNumbers + 1)
    await expectRejected(store, [newEvent(long)], 'one number too many')
    await expectRejected(store, [newEvent({ deep: [{ long }] })], 'the same, deep within')
    await expectRejected(store, [newEvent(long.map(() => -5e-324))], 'numbers near zero')
    await expectRejected(store, [{ ...newEvent(), metadata: { user: { long } } }], 'in metadata')
    const half = manyDigits(mostNumbers / 2 + 1)
    await expectRejected(
      store,
      [{ ...newEvent([half, 0]), metadata: { user: { half } } }],
      'data and metadata together',
    )
  }),

  law('events that are large together come back in every kind of read, a page at a time', async ({ store, can }) => {
    const stream = freshStream()
    const events = tooManyForOnePage()
    const after = await settledPositionOf(store)
    await right(store.append({ stream, expected: 'noStream', events: [...events, newEvent()] }))
    const read: Array<RecordedEvent> = []
    for (let end = false; !end; ) {
      const page = await right(store.readStream(stream, { from: read.length + 1 }))
      read.push(...page.events)
      end = page.end
    }
    expectEqual(idsOf(read.slice(0, -1)), idsOf(events), 'the stream')
    expectEqual(read[0]?.data, events[0]?.data, 'the data')
    const backward: Array<RecordedEvent> = []
    for (let end = false; !end; ) {
      const from = read.length - backward.length
      const page = await right(store.readStream(stream, { from, direction: 'backward' }))
      backward.push(...page.events)
      end = page.end
    }
    expectEqual(idsOf(backward), idsOf(read).toReversed(), 'the stream, backward')
    const log = (await readWholeLog(store)).filter(({ position }) => position > after)
    expectEqual(idsOf(log), idsOf(read), 'the log')
    if (can('findEvents'))
      expectEqual(idsOf(await right(store.findEvents(idsOf(read).toReversed()))), idsOf(read), 'the events by id')
  }),
])
