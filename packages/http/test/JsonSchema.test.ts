import { JsonSchema } from '@foldlog/http'
import { arbitrary } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const schemaOf = (codec: t.Any): object => {
  const made = JsonSchema.of(codec)
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  return made.right
}

const codecs: ReadonlyArray<t.Mixed> = [
  t.string,
  t.strict({ a: t.number, b: t.union([t.boolean, t.null]) }),
  t.array(t.keyof({ red: null, green: null })),
  t.record(t.string, t.number),
  t.intersection([t.type({ kind: t.literal('a') }), t.partial({ n: t.number })]),
  t.union([
    t.strict({ kind: t.literal('a'), n: t.number }),
    t.strict({ kind: t.literal('b'), list: t.array(t.string) }),
  ]),
  t.exact(t.intersection([t.type({ a: t.string }), t.partial({ b: t.string })])),
  t.readonlyArray(t.unknown),
]

/** Values that resemble those of the codecs. */
const near = fc.letrec((tie) => ({
  value: fc.oneof(
    fc.constantFrom<unknown>('a', 'b', 'red', 'green', 0, 1.5, true, null),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'kind', 'n', 'list'), tie('value'), { maxKeys: 3 }),
  ),
})).value

describe('a schema', () => {
  const ajv = new Ajv2020()

  it.each(codecs.map((codec) => [codec.name, codec] as const))('of %s accepts the output of the codec', (_, codec) => {
    const validate = ajv.compile(schemaOf(codec))
    void fc.assert(
      fc.property(arbitrary(codec), (value) => validate(JSON.parse(JSON.stringify(codec.encode(value))))),
      { numRuns: 50 },
    )
  })

  it.each(codecs.map((codec) => [codec.name, codec] as const))('of %s rejects what the codec rejects', (_, codec) => {
    const validate = ajv.compile(schemaOf(codec))
    void fc.assert(
      fc.property(near, (value) => {
        if (validate(value)) expect(codec.is(value)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('of a refinement is the named one, or that of its base; an unknown codec has none', () => {
    const Percent = t.refinement(t.number, (n) => n <= 100, 'Percent')
    expect(JsonSchema.of(Percent, { Percent: { type: 'number', maximum: 100 } })).toEqual(
      E.right({ type: 'number', maximum: 100 }),
    )
    expect(JsonSchema.of(Percent)).toEqual(E.right({ type: 'number' }))
    const own = new t.Type<string, string>('Own', t.string.is, t.string.validate, String)
    expect(JsonSchema.of(t.strict({ own }, 'Thing'))).toMatchObject({
      left: { _tag: 'UnsupportedCodec', path: 'Thing.exact.own', codec: 'Own' },
    })
  })
})
