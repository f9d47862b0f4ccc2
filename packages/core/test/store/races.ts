import { type Appended, versionConflict } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { freshStream, newEvent, newEvents, right, streamOf, untyped, wholeLog } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

const times = <A>(count: number, make: (i: number) => Promise<A>): Promise<ReadonlyArray<A>> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))

const versionsOf = (results: ReadonlyArray<Appended>): ReadonlyArray<number> =>
  results.map(({ version }) => version).sort((one, other) => one - other)

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i + 1)

export const describeRaces = (makeStore: MakeStore): void => {
  describe('concurrent appends', () => {
    const store = sharedStore(makeStore)

    it('expecting no stream: 60 rounds of 8 have one winner each', async () => {
      for (let round = 0; round < 60; round++) {
        const stream = freshStream()
        const outcomes = await times(8, () => store().append({ stream, expected: 'noStream', events: newEvents(2) })())
        expect(outcomes.filter(E.isRight)).toHaveLength(1)
        for (const lost of outcomes.filter(E.isLeft)) {
          expect(lost.left).toEqual(versionConflict(stream, 'noStream', 2))
        }
        expect((await right(store().streamInfo(stream))).version).toBe(2)
      }
    })

    it('expecting any, on one new stream: all of 20 succeed', async () => {
      for (let round = 0; round < 5; round++) {
        const stream = freshStream()
        const append = () => right(store().append({ stream, expected: 'any', events: newEvents(1) }))
        expect(versionsOf(await times(20, append))).toEqual(upTo(20))
      }
    })

    it('expecting that the stream exists: all of 20 succeed', async () => {
      const stream = await streamOf(store(), 1)
      const append = () => right(store().append({ stream, expected: 'streamExists', events: newEvents(1) }))
      expect(versionsOf(await times(20, append))).toEqual(upTo(21).slice(1))
    })

    it('expecting an exact version: one of 8 wins, in every round', async () => {
      const stream = await streamOf(store(), 1)
      for (let version = 1; version <= 20; version++) {
        const outcomes = await times(8, () => store().append({ stream, expected: version, events: newEvents(1) })())
        expect(outcomes.filter(E.isRight)).toHaveLength(1)
        for (const lost of outcomes.filter(E.isLeft)) {
          expect(lost.left).toEqual(versionConflict(stream, version, version + 1))
        }
      }
    })

    it('never come between the events of one append', async () => {
      const stream = freshStream()
      await times(20, (i) =>
        right(store().append({ stream, expected: 'any', events: upTo(5).map(() => newEvent({ of: i })) })),
      )
      const { events } = await right(store().readStream(stream))
      const runs = upTo(20).map((i) => events.slice((i - 1) * 5, i * 5))
      for (const run of runs) expect(new Set(run.map(({ data }) => JSON.stringify(data))).size).toBe(1)
    })

    it('leave positions in the order of versions within each stream', async () => {
      const streams = upTo(5).map(() => freshStream('ordered'))
      await times(100, (i) => {
        const stream = streams[i % streams.length] ?? freshStream()
        return right(store().append({ stream, expected: 'any', events: newEvents(3) }))
      })
      for (const stream of streams) {
        const log = await wholeLog(store(), { filter: { streams: [stream] } })
        expect(log.map(({ version }) => version)).toEqual(upTo(60))
      }
    })

    it('of which some are bad never break their neighbours', async () => {
      const open = await streamOf(store(), 3)
      const used = newEvent()
      await right(store().append({ stream: freshStream(), expected: 'any', events: [used] }))
      const gone = await streamOf(store(), 1)
      await right(store().deleteStream(gone, 'any'))
      const shared = newEvent()
      const bad = [
        () => ({ stream: open, expected: 'noStream', events: newEvents(1) }) as const,
        () => ({ stream: gone, expected: 'any', events: newEvents(1) }) as const,
        () => ({ stream: freshStream(), expected: 'any', events: [newEvent(), used] }) as const,
        () => ({ stream: freshStream(), expected: 'any', events: [newEvent(), shared, newEvent()] }) as const,
        () => ({ stream: freshStream(), expected: 'any', events: [newEvent('\u0000')] }) as const,
        () =>
          ({ stream: freshStream(), expected: 'any', events: [{ ...newEvent(), data: untyped(undefined) }] }) as const,
      ]
      await right(store().append({ stream: freshStream(), expected: 'any', events: [shared] }))
      const stream = freshStream()
      const outcomes = await times(20 * (bad.length + 1), async (i) => {
        const make = bad[i % (bad.length + 1)]
        if (make !== undefined) return { good: false, outcome: await store().append(make())() }
        return { good: true, outcome: await store().append({ stream, expected: 'any', events: newEvents(2) })() }
      })
      expect(outcomes.filter(({ good, outcome }) => good !== E.isRight(outcome))).toEqual([])
      expect((await right(store().streamInfo(stream))).version).toBe(40)
    })

    it('are met by a reader of the log once each, in order, while they happen', async () => {
      const filter = { categories: ['followed'] }
      let writing = true
      const write = async (appends: number, events: number): Promise<void> => {
        const stream = freshStream('followed')
        for (let i = 0; i < appends; i++) {
          await right(store().append({ stream, expected: i * events, events: newEvents(events) }))
        }
      }
      // Long appends, whose first position is drawn long before their last, among short ones that overtake them.
      const writers = Promise.all([write(6, 3_000), ...upTo(6).map(() => write(150, 1))]).finally(() => {
        writing = false
      })
      const seen: Array<number> = []
      for (let after = 0; ; ) {
        const last = !writing
        const slice = await right(store().readLog({ after, count: 500, filter }))
        seen.push(...slice.events.map(({ position }) => position))
        after = slice.position
        if (last && slice.end) break
        // Gives the writers of an all-synchronous store their turn.
        await new Promise(setImmediate)
      }
      await writers
      expect(seen).toEqual((await wholeLog(store(), { filter })).map(({ position }) => position))
      expect(seen).toHaveLength(6 * 3_000 + 6 * 150)
    })
  })
}
