import { JsonSchema } from '@foldlog/http'
import { arbitraryEither } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
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
})
