import type { ExpectedVersion, StreamName } from '@foldlog/core'
import { streamDeleted, versionConflict } from '@foldlog/core/store'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import {
  createDeletedStream,
  createStream,
  freshStream,
  left,
  newEvent,
  newEvents,
  numbersTo,
  readStreamFromLog,
  readWholeLog,
  right,
  settledPositionOf,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

type ExpectedOutcome = 'appended' | 'conflict' | 'deleted'

type Rows = ReadonlyArray<readonly [ExpectedVersion, ExpectedOutcome]>

const appendsToMissing: Rows = [
  ['any', 'appended'],
  ['noStream', 'appended'],
  ['streamExists', 'conflict'],
  [0, 'appended'],
  [1, 'conflict'],
  [Number.MAX_SAFE_INTEGER, 'conflict'],
]

/** To a stream at version 3. */
const appendsToOpen: Rows = [
  ['any', 'appended'],
  ['noStream', 'conflict'],
  ['streamExists', 'appended'],
  [0, 'conflict'],
  [2, 'conflict'],
  [3, 'appended'],
  [4, 'conflict'],
]

const appendsToDeleted: Rows = (['any', 'noStream', 'streamExists', 0, 2, 3, 4] as const).map((one) => [one, 'deleted'])

const expectedOutcomes =
  (rows: Rows, makeStream: (store: LawContext['store']) => Promise<StreamName>) =>
  async ({ store }: LawContext): Promise<void> => {
    for (const [expected, verdict] of rows) {
      const what = `expecting ${expected}`
      const stream = await makeStream(store)
      const before = await right(store.streamInfo(stream))
      const head = await settledPositionOf(store)
      const append = store.append({ stream, expected, events: newEvents(2) })
      if (verdict === 'appended') {
        const version = before.version + 2
        expectMatch(await right(append, what), { stream, firstVersion: version - 1, version, repeated: false }, what)
        expectEqual(await right(store.streamInfo(stream)), { stream, status: 'open', version }, what)
      } else {
        const error = verdict === 'deleted' ? streamDeleted(stream) : versionConflict(stream, expected, before.version)
        expectEqual(await left(append, what), error, what)
        expectEqual(
          await right(store.streamInfo(stream)),
          before,
          `${what}: a refused append leaves the stream as it was`,
        )
        expectEqual(
          await readWholeLog(store, { after: head }),
          [],
          `${what}: a refused append leaves the log as it was`,
        )
      }
    }
  }

export const append = groupOf('append', [
  law(
    'the expected version decides an append to a missing stream',
    expectedOutcomes(appendsToMissing, async () => freshStream()),
  ),
  law(
    'the expected version decides an append to an open stream',
    expectedOutcomes(appendsToOpen, (store) => createStream(store, 3)),
  ),
  law(
    'an append to a deleted stream is refused, whatever it expects',
    expectedOutcomes(appendsToDeleted, (store) => createDeletedStream(store, 3)),
    'deleteStream',
  ),

  law('a refused append leaves no stream behind', async ({ store }) => {
    const stream = freshStream()
    await left(store.append({ stream, expected: 1, events: newEvents(1) }))
    expectEqual(await right(store.streamInfo(stream)), { stream, status: 'missing', version: 0 }, 'the stream')
    expectMatch(await right(store.readStream(stream)), { version: 0, events: [] }, 'what is read of it')
  }),

  law('versions count from 1 without gaps, over all appends', async ({ store }) => {
    const stream = freshStream()
    const reported: Array<ReadonlyArray<number>> = []
    for (const [expected, count] of [
      [0, 1],
      [1, 2],
      [3, 3],
    ] as const) {
      const { firstVersion, version } = await right(store.append({ stream, expected, events: newEvents(count) }))
      reported.push([firstVersion, version])
    }
    expectEqual(
      reported,
      [
        [1, 1],
        [2, 3],
        [4, 6],
      ],
      'first and last versions reported',
    )
    const { events } = await right(store.readStream(stream))
    expectEqual(
      events.map(({ version }) => version),
      numbersTo(6),
      'versions read',
    )
  }),

  law('append returns the positions of its events in the log, one for each, ascending', async ({ store }) => {
    const head = await settledPositionOf(store)
    const first = await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(3) }))
    const second = await right(store.append({ stream: first.stream, expected: 'any', events: newEvents(2) }))
    const positions = [...first.positions, ...second.positions]
    expectEqual(
      positions,
      [...new Set(positions)].sort((one, other) => one - other),
      'positions ascend',
    )
    expectTrue(
      positions.length === 5 && Math.min(...positions) > head,
      `five positions behind ${head}, are ${positions}`,
    )
    const events = await readWholeLog(store, { after: head })
    expectEqual(
      events.map(({ position }) => position),
      positions,
      'positions in the log',
    )
  }),

  law(
    'an append that is reported as stored is stored: in the stream and the log, under the reported ids and numbers',
    async ({ store }) => {
      const stream = await createStream(store, 2)
      const events = newEvents(5)
      const { firstVersion, positions } = await right(store.append({ stream, expected: 2, events }))
      const reported = events.map(({ id }, i) => ({ id, stream, version: firstVersion + i, position: positions[i] }))
      const read = await right(store.readStream(stream))
      expectMatch(read.events.slice(2), reported, 'in the stream')
      expectEqual(await readStreamFromLog(store, stream), read.events, 'in the log, and in the stream')
    },
  ),

  law('the events of one append have one time, which never goes back within a stream', async ({ store }) => {
    const stream = freshStream()
    const reported: Array<number> = []
    for (const _ of numbersTo(20)) {
      const { recordedAt, positions } = await right(store.append({ stream, expected: 'any', events: newEvents(3) }))
      reported.push(...positions.map(() => recordedAt.getTime()))
    }
    const { events } = await right(store.readStream(stream))
    const read = events.map(({ recordedAt }) => recordedAt.getTime())
    expectEqual(read, reported, 'times read')
    expectEqual(
      read,
      [...read].sort((one, other) => one - other),
      'times in order',
    )
    expectTrue(read.every(Number.isInteger), 'times are whole milliseconds')
    // An hour covers clocks that differ, and excludes a wrong time zone.
    const off = Math.abs(Date.now() - (read[0] ?? 0))
    expectTrue(off < 3_600_000, `recordedAt is now, is ${off} ms off`)
  }),

  law(
    'append takes 10,001 events at once',
    async ({ store }) => {
      const stream = freshStream('many')
      const events = newEvents(10_001)
      const { positions, ...appended } = await right(store.append({ stream, expected: 'noStream', events }))
      expectMatch(appended, { firstVersion: 1, version: 10_001 }, 'what is reported')
      const expected = events.map(({ id, data }, i) => ({ id, data, version: i + 1, position: positions[i] }))
      expectMatch(await readStreamFromLog(store, stream), expected, 'the log')
    },
    'largeAppends',
  ),

  law(
    'append keeps the values that it had when it was called, whatever becomes of the objects later',
    async ({ store }) => {
      const data = { list: [1] }
      const stream = freshStream()
      const appending = store.append({ stream, expected: 'any', events: [newEvent(data)] })()
      data.list.push(2)
      await appending
      expectMatch((await right(store.readStream(stream))).events, [{ data: { list: [1] } }], 'the stored event')
      data.list.push(3)
      expectMatch((await right(store.readStream(stream))).events, [{ data: { list: [1] } }], 'the stored event, later')
    },
  ),

  law('an event that is read shares no object with the store', async ({ store }) => {
    const stream = freshStream()
    const user = { by: 'them' }
    await right(store.append({ stream, expected: 'any', events: [{ ...newEvent({ list: [1] }), metadata: { user } }] }))
    const before = await right(store.readStream(stream))
    const mine = (await right(store.readStream(stream))).events[0]
    Object.assign(mine?.metadata.user ?? {}, { by: 'me' })
    Object.assign(mine?.data ?? {}, { list: 'mine' })
    Object.assign(mine ?? {}, { version: 99 })
    mine?.recordedAt.setTime(0)
    expectEqual(await right(store.readStream(stream)), before, 'read again, after a reader changed what it was given')
    expectEqual(await readWholeLog(store), before.events, 'in the log, after a reader changed what it was given')
  }),
])
