import { EventCodec } from '@foldlog/core'
import { arbitrary } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { DateFromString } from './codecs.ts'

/** A way down into data: a codec around another one, a value around another one, and the keys between them. */
interface Step {
  readonly codec: (inner: t.Mixed) => t.Mixed
  readonly value: (inner: unknown) => unknown
  readonly keys: string
}

const steps: ReadonlyArray<Step> = [
  { codec: (a) => t.strict({ a, n: t.number }), value: (a) => ({ a, n: 1 }), keys: '.a' },
  { codec: (a) => t.readonly(t.type({ a })), value: (a) => ({ a }), keys: '.a' },
  { codec: (a) => t.partial({ a, b: t.string }), value: (a) => ({ a }), keys: '.a' },
  { codec: (a) => t.array(t.union([a, t.null])), value: (a) => [null, a], keys: '.1' },
  { codec: (a) => t.tuple([t.string, a]), value: (a) => ['x', a], keys: '.1' },
  { codec: (a) => t.record(t.string, a), value: (a) => ({ k: a }), keys: '.k' },
  { codec: (a) => t.intersection([t.type({ a }), t.partial({ b: t.number })]), value: (a) => ({ a }), keys: '.a' },
  {
    codec: (a) =>
      t.union([t.type({ kind: t.literal('other'), b: t.string, a: t.null }), t.type({ kind: t.literal('this'), a })]),
    value: (a) => ({ kind: 'this', a }),
    keys: '.a',
  },
]

const Positive = t.refinement(t.number, (n) => n > 0, 'Positive')

const Seconds = new t.Type<Date, string, unknown>(
  'Seconds',
  DateFromString.is,
  DateFromString.validate,
  (date) => `${date.toISOString().slice(0, 19)}.000Z`,
)

/** Wrong values, and what a failure says of them. */
const wrongs: ReadonlyArray<readonly [codec: t.Mixed, value: unknown, why: string]> = [
  [Positive, -5, 'expected Positive, got -5'],
  [t.string, 7, 'expected string, got 7'],
  [DateFromString, new Date(Number.NaN), 'RangeError: Invalid time value'],
  [
    Seconds,
    new Date(1_500),
    'decoding it does not give the same value: it is "1970-01-01T00:00:01.500Z", and decoding gives "1970-01-01T00:00:01.000Z"',
  ],
]

describe('A wrong value in an event', () => {
  it('is named by its field at any depth, with the expected type and the value', () => {
    void fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...steps), { maxLength: 8 }),
        fc.constantFrom(...wrongs),
        (way, [codec, value, why]) => {
          const data = way.reduceRight((inner, step) => step.value(inner), value)
          const whole = way.reduceRight((inner, step) => step.codec(inner), codec)
          const path = `data${way.map(({ keys }) => keys).join('')}`
          const failed = EventCodec.make({ Noted: whole }).encode({ type: 'Noted', data })
          expect(failed).toEqual({ _tag: 'Left', left: { _tag: 'EncodeFailure', type: 'Noted', path, why } })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('does not keep right values from being stored', () => {
    const codec = steps.reduceRight((inner, step) => step.codec(inner), Positive as t.Mixed)
    const Noted = EventCodec.make({ Noted: codec })
    void fc.assert(
      fc.property(arbitrary(codec), (data) => Noted.encode({ type: 'Noted', data })._tag === 'Right'),
      { numRuns: 50 },
    )
  })
})
