import {
  brandedId,
  brandedInteger,
  brandedText,
  Currency,
  Day,
  Email,
  Instant,
  jsonSchemaOf,
  MinorUnits,
  Money,
  Ulid,
} from '@foldlog/core/codecs'
import { JsonSchema } from '@foldlog/http'
import { arbitrary } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { anyJson, near } from './jsonNear.ts'

const ajv = new Ajv2020({ validateFormats: false })

const codecs: ReadonlyArray<t.Mixed> = [
  Day,
  Instant,
  Email,
  Ulid,
  Currency,
  MinorUnits,
  Money,
  brandedId('GuestId'),
  brandedId('RoomId', /^[1-9]\d{2}$/),
  brandedText('GuestName', { maxLength: 20 }),
  brandedText('Code', { pattern: /^[a-z]+(-[a-z]+)*$/, maxLength: 10 }),
  brandedInteger('Nights', { min: 1, max: 365 }),
]

/** Texts near to those of the codecs: one character is another one, or is gone. */
const nearText = (text: string, at: number, other: string): string => {
  const i = at % (text.length + 1)
  return `${text.slice(0, i)}${other}${text.slice(at % 2 === 0 ? i : i + 1)}`
}

const days = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }))
  .map(([y, m, d]) => [`${y}`.padStart(4, '0'), `${m}`.padStart(2, '0'), `${d}`.padStart(2, '0')].join('-'))

/** Minus zero is an integer for a schema. Codecs refuse it, because JSON would read it back as zero. */
const hasMinusZero = (json: unknown): boolean =>
  Object.is(json, -0) || (typeof json === 'object' && json !== null && Object.values(json).some(hasMinusZero))

describe('A ready codec', () => {
  it.each(codecs.map((codec) => [codec.name, codec] as const))(
    'decodes what %s encodes to the same value',
    (_, codec) => {
      void fc.assert(
        fc.property(arbitrary(codec), (value) => {
          expect(codec.decode(JSON.parse(JSON.stringify(codec.encode(value))))).toEqual(E.right(value))
        }),
      )
    },
  )

  it.each(codecs.map((codec) => [codec.name, codec] as const))('has a schema that accepts exactly %s', (_, codec) => {
    const made = JsonSchema.of(codec)
    if (E.isLeft(made)) throw new Error(made.left.why)
    const validate = ajv.compile(made.right)
    const encoded = arbitrary(codec).map((value): unknown => codec.encode(value))
    const changedTexts = fc
      .tuple(encoded, fc.nat(), fc.constantFrom('', '0', '9', 'a', 'Z', '-', '@', ' ', '\n', '😀', '\u0000'))
      .map(([json, at, other]) => (typeof json === 'string' ? nearText(json, at, other) : json))
    const numbers = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, 1, 365, 366, 2 ** 53, -(2 ** 53)))
    void fc.assert(
      fc.property(fc.oneof(encoded, near(encoded), changedTexts, days, numbers, anyJson), (json) => {
        fc.pre(!hasMinusZero(json))
        // An object decodes when it has more properties than the codec knows; the schema refuses these.
        const decoded = E.isRight(codec.decode(json)) && (typeof json !== 'object' || codec.is(json))
        if (validate(json)) expect([json, decoded]).toEqual([json, true])
        if (typeof json !== 'object') expect([json, validate(json)]).toEqual([json, decoded])
      }),
      { numRuns: 1_000 },
    )
  })

  it('keeps its schema as a part of other codecs', () => {
    const Stay = t.readonly(t.strict({ from: Day, nights: t.union([t.Int, t.null]) }), 'Stay')
    expect(JsonSchema.of(Stay)).toMatchObject({ right: { properties: { from: jsonSchemaOf(Day) } } })
    const Weekend = t.refinement(Day, (day) => [0, 6].includes(new Date(day).getUTCDay()), 'Weekend')
    expect(JsonSchema.of(Weekend)).toEqual(E.right(jsonSchemaOf(Day)))
    void fc.assert(fc.property(arbitrary(Weekend), (day) => Weekend.is(day)))
  })
})
