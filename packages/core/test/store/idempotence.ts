import { type Append, type EventId, eventIdReused, type NewEvent, type StreamName, streamDeleted } from '@foldlog/core'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { freshStream, headOf, left, newEvent, newEvents, right } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

const idOf = (event: NewEvent | undefined): EventId => (event ?? newEvent()).id

export const describeIdempotence = (makeStore: MakeStore): void => {
  describe('an append that brings ids which are stored', () => {
    const store = sharedStore(makeStore)
    const [a, b, c, d, e] = [newEvent('a'), newEvent('b'), newEvent('c'), newEvent('d'), newEvent('e')]
    const [f, g] = [newEvent('f'), newEvent('g')]
    const other = newEvent('other')
    const stream = freshStream()
    const elsewhere = freshStream()
    const first: Append = { stream, expected: 'noStream', events: [a, b, c] }
    const second: Append = { stream, expected: 3, events: [d, e] }
    const third: Append = { stream, expected: 5, events: [f, g] }
    const apart: Append = { stream: elsewhere, expected: 'noStream', events: [other] }
    beforeAll(async () => {
      for (const append of [first, second, third, apart]) await right(store().append(append))
    })

    const repeats: ReadonlyArray<readonly [string, Append]> = [
      ['the same append', first],
      ['the same append of a later place', second],
      ['with any expected version', { ...first, expected: 'any' }],
      ['with an expected version that is right by now', { ...first, expected: 7 }],
      ['with an expected version that was never right', { ...first, expected: 4711 }],
      ['with other data', { ...first, events: [{ ...a, type: 'Other', data: 'other' }, b, c] }],
    ]
    for (const [how, append] of repeats) {
      it(`${how}: gives the first result, marked as repeated, and writes nothing`, async () => {
        const stored = await right(store().readStream(stream))
        const head = await headOf(store())
        const events = stored.events.filter(({ id }) => append.events.some((event) => event.id === id))
        const result = await right(store().append(append))
        expect(result).toEqual({
          stream,
          firstVersion: events.at(0)?.version,
          version: events.at(-1)?.version,
          positions: events.map(({ position }) => position),
          recordedAt: events.at(0)?.recordedAt,
          repeated: true,
        })
        expect(await right(store().readStream(stream))).toEqual(stored)
        expect(await headOf(store())).toBe(head)
      })
    }

    const [n, m] = [newEvent('n'), newEvent('m')]
    const reuses: ReadonlyArray<readonly [string, ReadonlyArray<NewEvent>, NewEvent]> = [
      ['its beginning', [a, b], a],
      ['its end', [b, c], b],
      ['its last', [c], c],
      ['its middle', [b], b],
      ['another order', [a, c, b], a],
      ['the reverse', [c, b, a], c],
      ['a hole', [a, c], a],
      ['one more behind', [a, b, c, n], a],
      ['one more before', [n, a, b, c], a],
      ['one more within', [a, n, b, c], a],
      ['two appends as one', [a, b, c, d, e], a],
      ['the end of one and the beginning of the next', [c, d], c],
      ['the first of one append and the last of the next', [d, g], d],
      ['a repeated append and an event of another stream', [d, e, other], d],
      ['new ones, then known ones', [n, m, e], e],
      ['new ones around a known one', [n, c, m], c],
      ['an event of another stream', [other], other],
      ['new ones, then one of another stream', [n, m, other], other],
    ]
    for (const [what, events, reused] of reuses) {
      for (const expected of ['any', 7, 'noStream'] as const) {
        it(`${what}, expecting ${expected}: the first known id is reused, nothing is written`, async () => {
          const head = await headOf(store())
          const error = await left(store().append({ stream, expected, events }))
          expect(error).toEqual(eventIdReused(stream, reused.id))
          expect(await headOfEvents(head)).toEqual([])
        })
      }
    }
    const headOfEvents = async (after: number) => (await right(store().readLog({ after }))).events

    it('to another stream: reused, and a missing stream stays missing', async () => {
      const missing = freshStream()
      for (const to of [missing, elsewhere]) {
        for (const expected of ['any', 'noStream', 'streamExists', 3] as const) {
          expect(await left(store().append({ stream: to, expected, events: [a, b, c] }))).toEqual(
            eventIdReused(to, a.id),
          )
        }
      }
      expect((await right(store().streamInfo(missing))).status).toBe('missing')
    })

    it('to a deleted stream, even repeated: deleted; its ids stay taken', async () => {
      const deleted = freshStream()
      const events = newEvents(2)
      const append: Append = { stream: deleted, expected: 'noStream', events }
      await right(store().append(append))
      await right(store().deleteStream(deleted, 2))
      expect(await left(store().append(append))).toEqual(streamDeleted(deleted))
      expect(await left(store().append({ ...append, stream: elsewhere }))).toEqual(
        eventIdReused(elsewhere, idOf(events[0])),
      )
    })

    it('10 times at once: written once, one result for all', async () => {
      for (let round = 0; round < 10; round++) {
        const append: Append = { stream: freshStream(), expected: 'noStream', events: newEvents(3) }
        const results = await Promise.all(Array.from({ length: 10 }, () => right(store().append(append))))
        expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1)
        expect(new Set(results.map((result) => JSON.stringify({ ...result, repeated: true }))).size).toBe(1)
        expect((await right(store().readStream(append.stream))).events).toHaveLength(3)
      }
    })

    it('of one event, in 10 streams at once: one stream gets it', async () => {
      for (const before of [0, 1]) {
        const event = newEvent()
        const streams = Array.from({ length: 10 }, () => freshStream())
        const outcomes = await Promise.all(
          streams.map((to) => store().append({ stream: to, expected: 'any', events: [...newEvents(before), event] })()),
        )
        expect(outcomes.filter(E.isRight)).toHaveLength(1)
        for (const [i, outcome] of outcomes.entries()) {
          if (E.isLeft(outcome)) expect(outcome.left).toEqual(eventIdReused(streams[i] as StreamName, event.id)) // One outcome for each stream.
        }
        const infos = await Promise.all(streams.map((to) => right(store().streamInfo(to))))
        expect(infos.filter(({ status }) => status === 'open')).toHaveLength(1)
      }
    })
  })
}
