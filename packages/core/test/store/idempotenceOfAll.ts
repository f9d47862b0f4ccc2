import { type Append, eventIdReused, type NewEvent, streamDeleted, versionConflict } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { deletedStreamOf, freshStream, headOf, left, newEvent, newEvents, right, streamOf } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

const appendOf = (events: ReadonlyArray<NewEvent>, stream = freshStream()): Append => ({
  stream,
  expected: 'noStream',
  events,
})

export const describeIdempotenceOfAll = (makeStore: MakeStore): void => {
  describe('appendAll that brings ids which are stored', () => {
    const store = sharedStore(makeStore)

    const refuses = async (appends: ReadonlyArray<Append>): Promise<unknown> => {
      const head = await headOf(store())
      const error = await left(store().appendAll(appends))
      expect((await right(store().readLog({ after: head }))).events).toEqual([])
      return error
    }

    it('the same appends, in any order: the first results, in the order asked', async () => {
      const [one, other] = [appendOf(newEvents(2)), appendOf(newEvents(3))]
      const results = await right(store().appendAll([one, other]))
      const repeated = results.map((result) => ({ ...result, repeated: true }))
      expect(await right(store().appendAll([one, other]))).toEqual(repeated)
      expect(await right(store().appendAll([other, one]))).toEqual([...repeated].reverse())
    })

    it('one part alone, or parts of different appends: repeated too', async () => {
      const [one, other, third] = [appendOf(newEvents(2)), appendOf(newEvents(3)), appendOf(newEvents(1))]
      const [first, second] = await right(store().appendAll([one, other]))
      const last = await right(store().append(third))
      expect(await right(store().append(one))).toEqual({ ...first, repeated: true })
      expect(await right(store().appendAll([third, other]))).toEqual([
        { ...last, repeated: true },
        { ...second, repeated: true },
      ])
    })

    it('10 times at once: written once, one result for all', async () => {
      const appends = [appendOf(newEvents(2)), appendOf(newEvents(3))]
      const results = await Promise.all(Array.from({ length: 10 }, () => right(store().appendAll(appends))))
      expect(results.filter((parts) => parts.some(({ repeated }) => !repeated))).toHaveLength(1)
      const texts = results.map((parts) => JSON.stringify(parts.map((part) => ({ ...part, repeated: true }))))
      expect(new Set(texts).size).toBe(1)
    })

    it('a stored part beside a new one: the id that was stored is reused', async () => {
      const known = newEvent()
      const stored = appendOf([known, newEvent()])
      await right(store().append(stored))
      expect(await refuses([stored, appendOf(newEvents(1))])).toEqual(eventIdReused(stored.stream, known.id))
      expect(await refuses([appendOf(newEvents(1)), stored])).toEqual(eventIdReused(stored.stream, known.id))
      expect(await refuses([appendOf(newEvents(1)), stored, appendOf(newEvents(1))])).toEqual(
        eventIdReused(stored.stream, known.id),
      )
    })

    it('an overlap in a later part: that part’s first known id is reused', async () => {
      const known = newEvent()
      await right(store().append(appendOf([known, newEvent()])))
      const overlapping = appendOf([newEvent(), known])
      expect(await refuses([appendOf(newEvents(1)), overlapping])).toEqual(eventIdReused(overlapping.stream, known.id))
    })

    it('and has another flaw: the first part in order is told', async () => {
      const known = newEvent()
      const stored = appendOf([known])
      await right(store().append(stored))
      const open = await streamOf(store(), 2)
      const deleted = await deletedStreamOf(store(), 1)
      const conflicting = appendOf(newEvents(1), open)
      const gone = appendOf(newEvents(1), deleted)
      const elsewhere = appendOf([known])
      expect(await refuses([conflicting, elsewhere])).toEqual(versionConflict(open, 'noStream', 2))
      expect(await refuses([elsewhere, conflicting])).toEqual(eventIdReused(elsewhere.stream, known.id))
      expect(await refuses([elsewhere, gone])).toEqual(eventIdReused(elsewhere.stream, known.id))
      expect(await refuses([gone, elsewhere])).toEqual(streamDeleted(deleted))
      expect(await refuses([stored, conflicting])).toEqual(versionConflict(open, 'noStream', 2))
      expect(await refuses([stored, gone])).toEqual(streamDeleted(deleted))
    })

    it('and has another flaw beside a known id that stands behind a new one: the first part in order is told', async () => {
      const [known, other] = [newEvent(), newEvent()]
      const [stored, elsewhere] = [appendOf([known]), appendOf([other])]
      await right(store().appendAll([stored, elsewhere]))
      const open = await streamOf(store(), 2)
      const deleted = await deletedStreamOf(store(), 1)
      const behind = appendOf([newEvent(), known])
      const reused = eventIdReused(behind.stream, known.id)
      expect(await refuses([behind, appendOf(newEvents(1), open)])).toEqual(reused)
      expect(await refuses([behind, appendOf(newEvents(1), deleted)])).toEqual(reused)
      expect(await refuses([behind, appendOf([other])])).toEqual(reused)
      expect(await refuses([behind, elsewhere])).toEqual(reused)
      expect(await refuses([elsewhere, behind])).toEqual(reused)
    })
  })
}
