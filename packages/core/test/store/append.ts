import { type ExpectedVersion, type StreamName, streamDeleted, versionConflict } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { deletedStreamOf, freshStream, headOf, left, newEvent, newEvents, right, streamOf, wholeLog } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

interface Row {
  readonly state: 'missing' | 'open' | 'deleted'
  readonly expected: ExpectedVersion
  readonly then: 'appended' | 'conflict' | 'deleted'
}

const rowsOf = (state: Row['state'], outcomes: ReadonlyArray<readonly [ExpectedVersion, Row['then']]>): Array<Row> =>
  outcomes.map(([expected, then]) => ({ state, expected, then }))

/** An open or deleted stream has version 3. */
const truthTable: ReadonlyArray<Row> = [
  ...rowsOf('missing', [
    ['any', 'appended'],
    ['noStream', 'appended'],
    ['streamExists', 'conflict'],
    [0, 'appended'],
    [1, 'conflict'],
    [Number.MAX_SAFE_INTEGER, 'conflict'],
  ]),
  ...rowsOf('open', [
    ['any', 'appended'],
    ['noStream', 'conflict'],
    ['streamExists', 'appended'],
    [0, 'conflict'],
    [2, 'conflict'],
    [3, 'appended'],
    [4, 'conflict'],
  ]),
  ...rowsOf('deleted', [
    ['any', 'deleted'],
    ['noStream', 'deleted'],
    ['streamExists', 'deleted'],
    [0, 'deleted'],
    [2, 'deleted'],
    [3, 'deleted'],
    [4, 'deleted'],
  ]),
]

export const describeAppend = (makeStore: MakeStore): void => {
  describe('append', () => {
    const store = sharedStore(makeStore)
    const streamIn = (state: Row['state']): Promise<StreamName> => {
      if (state === 'missing') return Promise.resolve(freshStream())
      return state === 'open' ? streamOf(store(), 3) : deletedStreamOf(store(), 3)
    }

    for (const { state, expected, then } of truthTable) {
      it(`to a stream that is ${state}, expecting ${expected}: ${then}`, async () => {
        const stream = await streamIn(state)
        const before = await right(store().streamInfo(stream))
        const head = await headOf(store())
        const append = store().append({ stream, expected, events: newEvents(2) })
        if (then === 'appended') {
          const version = before.version + 2
          expect(await right(append)).toMatchObject({ stream, firstVersion: version - 1, version, repeated: false })
          expect(await right(store().streamInfo(stream))).toEqual({ stream, status: 'open', version })
        } else {
          const error = then === 'deleted' ? streamDeleted(stream) : versionConflict(stream, expected, before.version)
          expect(await left(append)).toEqual(error)
          expect(await right(store().streamInfo(stream))).toEqual(before)
          expect(await right(store().readLog({ after: head }))).toMatchObject({ events: [], end: true })
        }
      })
    }

    it('numbers versions from 1 without gaps, over all appends', async () => {
      const stream = freshStream()
      const results = []
      for (const [expected, count] of [
        [0, 1],
        [1, 2],
        [3, 3],
      ] as const) {
        results.push(await right(store().append({ stream, expected, events: newEvents(count) })))
      }
      expect(results.map(({ firstVersion, version }) => [firstVersion, version])).toEqual([
        [1, 1],
        [2, 3],
        [4, 6],
      ])
      const { events } = await right(store().readStream(stream))
      expect(events.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6])
    })

    it('gives the positions under which the log has the events, one for each, ascending', async () => {
      const head = await headOf(store())
      const first = await right(store().append({ stream: freshStream(), expected: 'any', events: newEvents(3) }))
      const second = await right(store().append({ stream: first.stream, expected: 'any', events: newEvents(2) }))
      const positions = [...first.positions, ...second.positions]
      expect(positions).toHaveLength(5)
      expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other))
      expect(Math.min(...positions)).toBeGreaterThan(head)
      const { events } = await right(store().readLog({ after: head }))
      expect(events.map(({ position }) => position)).toEqual(positions)
    })

    it('records all events of one append at one time, and never goes back within a stream', async () => {
      const stream = freshStream()
      const results = []
      for (let i = 0; i < 20; i++) {
        results.push(await right(store().append({ stream, expected: 'any', events: newEvents(3) })))
      }
      const { events } = await right(store().readStream(stream))
      const times = events.map(({ recordedAt }) => recordedAt.getTime())
      expect(times).toEqual(results.flatMap(({ recordedAt, positions }) => positions.map(() => recordedAt.getTime())))
      expect(times).toEqual([...times].sort((one, other) => one - other))
      // Clocks of one machine; a day covers any time zone that might have slipped in.
      expect(Math.abs(Date.now() - (times[0] ?? 0))).toBeLessThan(3_600_000)
      expect(times.every(Number.isInteger)).toBe(true)
    })

    it('takes 10,001 events at once', async () => {
      const stream = freshStream('many')
      const events = newEvents(10_001)
      const appended = await right(store().append({ stream, expected: 'noStream', events }))
      expect(appended).toMatchObject({ firstVersion: 1, version: 10_001 })
      const stored = await wholeLog(store(), { count: 10_000, filter: { streams: [stream] } })
      expect(stored.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
      expect(stored.map(({ version }) => version)).toEqual(events.map((_, i) => i + 1))
      expect(stored.map(({ position }) => position)).toEqual(appended.positions)
      expect(stored.map(({ data }) => data)).toEqual(events.map(({ data }) => data))
    })

    it('keeps what was given when it was called, whatever becomes of the objects later', async () => {
      const data = { list: [1] }
      const event = newEvent(data)
      const stream = freshStream()
      const appending = store().append({ stream, expected: 'any', events: [event] })()
      data.list.push(2)
      await appending
      const [stored] = (await right(store().readStream(stream))).events
      expect(stored?.data).toEqual({ list: [1] })
    })

    it('gives out events that are nobody else’s', async () => {
      const stream = freshStream()
      await right(store().append({ stream, expected: 'any', events: [newEvent({ list: [1] })] }))
      const read = async () => (await right(store().readStream(stream))).events
      const [mine] = await read()
      Object.assign(mine ?? {}, { data: 'mine', version: 99 })
      mine?.recordedAt.setTime(0)
      const [stored] = await read()
      expect(stored).toMatchObject({ data: { list: [1] }, version: 1 })
      expect(stored?.recordedAt.getTime()).toBeGreaterThan(0)
    })
  })
}
