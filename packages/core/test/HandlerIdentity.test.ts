import { describeError, type StreamName } from '@foldlog/core'
import { HandlerIdentity, type HandlerShape, type LogFilter } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'

const names = fc.array(fc.constantFrom('a', 'b', 'c', "O'Brien", 'é'), { minLength: 1, maxLength: 5 })

const reads: fc.Arbitrary<LogFilter> = fc.record(
  {
    categories: names,
    streams: names.map((all) => all.map((one) => `${one}-1` as StreamName)),
    streamPrefix: fc.constantFrom('a', 'b-'),
    types: names,
  },
  { requiredKeys: [], noNullPrototype: true },
)

const shapes: fc.Arbitrary<HandlerShape> = fc.record({
  kind: fc.constantFrom('Projection', 'EventHandler'),
  reads,
  start: fc.constantFrom('origin', 'now', 'after 7'),
  partitions: fc.integer({ min: 1, max: 3 }),
})

const ref = { name: 'handler', generation: 1 }

/** The same filter, with lists in another order and with repetitions, and with its fields in another order. */
const shuffled = (filter: LogFilter): LogFilter =>
  Object.fromEntries(
    Object.entries(filter)
      .map(([part, value]) => [part, Array.isArray(value) ? [...value, ...value].reverse() : value])
      .reverse(),
  )

const sets = ({ categories, streams, types, streamPrefix }: LogFilter) =>
  [categories, streams, types, streamPrefix === undefined ? undefined : [streamPrefix]].map((list) =>
    list === undefined ? undefined : new Set(list),
  )

describe('the comparison of what is stored with the code of a handler', () => {
  it('finds no difference between a shape and itself, whatever the order of its filter', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(HandlerIdentity.differences(shape, { ...shape, reads: shuffled(shape.reads) })).toEqual([])
      }),
    )
  })

  it('finds exactly the parts that differ, in either direction', () => {
    fc.assert(
      fc.property(shapes, shapes, (stored, given) => {
        const differs = HandlerIdentity.differences(stored, given)
        expect(HandlerIdentity.differences(given, stored)).toEqual(differs)
        for (const part of ['kind', 'start', 'partitions'] as const)
          expect(differs.includes(part)).toBe(stored[part] !== given[part])
        const sameSets = JSON.stringify(sets(stored.reads).map((set) => set && [...set].sort()))
        const givenSets = JSON.stringify(sets(given.reads).map((set) => set && [...set].sort()))
        expect(differs.includes('reads')).toBe(sameSets !== givenSets)
      }),
    )
  })

  it('refuses every difference but that of the start, and names both sides', () => {
    fc.assert(
      fc.property(shapes, shapes, (stored, given) => {
        const differs = HandlerIdentity.differences(stored, given)
        const mismatch = HandlerIdentity.mismatch(ref, stored, given)
        if (differs.every((part) => part === 'start')) return expect(mismatch).toBeUndefined()
        expect(mismatch).toEqual({ _tag: 'HandlerMismatch', ...ref, stored, given, differs })
        if (mismatch === undefined) return
        const text = describeError(mismatch)
        for (const side of [stored, given]) if (differs.includes('kind')) expect(text).toContain(side.kind)
        if (differs.includes('partitions')) expect(text).toContain(`${stored.partitions} partition`)
      }),
    )
  })

  it('has nothing to compare with what is not stored', () => {
    fc.assert(fc.property(shapes, (given) => expect(HandlerIdentity.mismatch(ref, undefined, given)).toBeUndefined()))
  })
})
