import { fc, test } from '@fast-check/jest'
import { EventCodec, type EventId, type RecordedEvent, type StreamName } from '@foldlog/core'
import { describe, expect } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const Part = t.strict({ n: t.number })
const Old = t.strict({ parts: t.number })

/** Reads the stored form `Whole` as one event. */
const unsplit = EventCodec.make({ Whole: Old })

/** Reads the same stored form as several events, or none. */
const split = EventCodec.make(
  { Part },
  {
    retired: [
      EventCodec.split({ type: 'Whole', schemaVersion: 1 }, Old, [{ type: 'Part', schemaVersion: 1 }], ({ parts }) =>
        Array.from({ length: parts }, (_, n) => ({ type: 'Part', schemaVersion: 1, data: { n } })),
      ),
    ],
  },
)

const storedEvents = fc.array(fc.record({ id: fc.ulid(), parts: fc.nat({ max: 5 }) }), { maxLength: 10 }).map((all) =>
  all.map(
    ({ id, parts }, i): RecordedEvent => ({
      id: id as EventId, // A ULID.
      stream: 'thing-1' as StreamName, // A category and an id.
      version: i + 1,
      position: i + 1,
      recordedAt: new Date(0),
      metadata: {},
      type: 'Whole',
      schemaVersion: 1,
      data: { parts },
    }),
  ),
)

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

describe('the effect id of a decoded event', () => {
  test.prop([fc.uniqueArray(fc.ulid(), { maxLength: 10 }), storedEvents])(
    'differs for each part of a split event, and is the same whenever it is decoded',
    (ids, events) => {
      const stored = events.slice(0, ids.length).map((event, i) => ({ ...event, id: ids[i] as EventId })) // ULIDs.
      const decoded = right(EventCodec.decodeAll(split)(stored))
      const effectIds = decoded.map(({ effectId }) => effectId)
      expect(new Set(effectIds).size).toBe(effectIds.length)
      const alone = stored.flatMap((one) => right(EventCodec.decodeAll(split)([one])))
      expect(alone.map(({ effectId }) => effectId)).toEqual(effectIds)
      for (const { index, event, id, effectId } of decoded) {
        expect(index).toBe(event.data.n)
        expect(effectId).toBe(index === 0 ? id : `${id}.${index}`)
      }
    },
  )

  test.prop([storedEvents])('stays with the first part when a later codec splits the event', (events) => {
    const before = right(EventCodec.decodeAll(unsplit)(events))
    expect(before.map(({ index, effectId }) => [index, effectId])).toEqual(events.map(({ id }) => [0, id]))
    for (const one of events) {
      const [first] = right(EventCodec.decodeAll(split)([one]))
      if (first !== undefined) expect(first.effectId).toBe(one.id)
    }
  })
})
