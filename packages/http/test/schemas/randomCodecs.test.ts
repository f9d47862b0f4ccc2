import { JsonSchema } from '@foldlog/http'
import { arbitraryEither } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import * as T from 'io-ts-types'
import { near } from './jsonNear.ts'
import { leaves, randomCodec } from './randomCodec.ts'

const ajv = new Ajv2020({ validateFormats: false, allowUnionTypes: true })

/**
 * Checks a codec against its schema in both directions. A codec whose values cannot be made is left out, and so is a
 * value that the codec does not read back: a union encodes with the first of its codecs that recognizes the value, and
 * an object without properties recognizes every object.
 */
const check = (codec: t.Mixed, numRuns: number): void => {
  const made = JsonSchema.of(codec)
  const values = arbitraryEither(codec)
  fc.pre(E.isRight(made) && E.isRight(values))
  if (E.isLeft(made) || E.isLeft(values)) return
  const validate = ajv.compile(made.right)
  const encode = (value: unknown): unknown => {
    const text = E.tryCatch(() => JSON.stringify(codec.encode(value)), String)
    const json: unknown = E.isRight(text) ? JSON.parse(text.right) : undefined
    return E.isRight(codec.decode(json)) ? json : undefined
  }
  const encoded = values.right.map(encode)
  const show = (json: unknown): string => `${codec.name}\n${JSON.stringify(made.right)}\n${JSON.stringify(json)}`
  for (const json of fc.sample(encoded, numRuns)) {
    if (json !== undefined && !validate(json)) throw new Error(`encoded, and refused by the schema: ${show(json)}`)
  }
  for (const json of fc.sample(near(encoded), numRuns)) {
    if (json !== undefined && validate(json) && E.isLeft(codec.decode(json))) {
      throw new Error(`accepted by the schema, and not decoded: ${show(json)}`)
    }
  }
}

/** A report shows the name of a codec, not its functions. */
const shown = randomCodec.map((codec) => ({ codec, [fc.toStringMethod]: () => codec.name }))

describe('The schema of a codec', () => {
  it.each(leaves.map((codec) => [codec.name, codec] as const))(
    'accepts what %s encodes, and nothing else',
    (_, codec) => {
      check(codec, 300)
    },
  )

  it('accepts what any combination of codecs encodes, and nothing that it does not decode', () => {
    let checked = 0
    void fc.assert(
      fc.property(shown, ({ codec }) => {
        check(codec, 40)
        checked += 1
      }),
      { numRuns: 100 },
    )
    expect(checked).toBe(100)
  })

  // A codec alone has small values; those of an intersection come from its other part, too.
  it.each([t.number, t.Int, T.NumberFromString, T.IntFromString].map((codec) => [codec.name, codec] as const))(
    'accepts every number that %s can encode, and no text of one that it does not decode',
    (_, codec: t.Mixed) => {
      const made = JsonSchema.of(codec)
      const validate = ajv.compile(E.isRight(made) ? made.right : false)
      const extremes = [0, -0, 2 ** 53, 1e20, 1e21, 999999999999999900000, 1e300, 1e308, Number.MAX_VALUE]
      const numbers = fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(Math.trunc),
        fc.constantFrom(...extremes, ...extremes.map((n) => -n)),
      )
      void fc.assert(
        fc.property(numbers, (n) => {
          if (codec.is(n) && !validate(codec.encode(n))) throw new Error(`refused: ${codec.encode(n)}`)
        }),
        { numRuns: 1_000 },
      )
      const digits = fc.stringMatching(
        /^(-?[0-9]{1,22}|-?[0-9](\.[0-9]{1,17})?e[+](2[01]|30[789]|31[0-9]|[0-9]{1,3}))$/,
      )
      const almost = fc.nat(10 ** 9).map((n) => `1.79769313486231${n}e+308`)
      void fc.assert(
        fc.property(fc.oneof(digits, almost), (text) => {
          if (validate(text) && E.isLeft(codec.decode(text))) throw new Error(`accepted: ${text}`)
        }),
        { numRuns: 2_000 },
      )
    },
  )
})
