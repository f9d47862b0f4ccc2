import { withJsonSchema } from '@foldlog/core/codecs'
import { JsonSchema, OpenApi, type Route } from '@foldlog/http'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import * as T from 'io-ts-types'
import { makeOpenApiChecker } from '../OpenApiChecker.ts'

const ajv = new Ajv2020({ validateFormats: false, allowUnionTypes: true })

const accepts = (codec: t.Mixed): ((json: unknown) => boolean) => {
  const made = JsonSchema.of(codec)
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  return ajv.compile(made.right)
}

/** The schemas that a document defines for the bodies of these answers. */
const documentOf = (bodies: ReadonlyArray<t.Mixed>) => {
  const responses = Object.fromEntries(bodies.map((body, i) => [200 + i, { description: 'An answer.', body }]))
  const route: Route = {
    name: 'read',
    method: 'GET',
    path: '/things',
    summary: 'Reads things.',
    isCommand: false,
    responses,
    errorStatuses: [],
    handle: () => Promise.resolve(new Response()),
  }
  return OpenApi.make({ title: 'Things', version: '1', description: 'Things.' }, [route])
}

const definitionsOf = (bodies: ReadonlyArray<t.Mixed>): object => {
  const { components } = documentOf(bodies)
  const { Problem: _, ...schemas } = Object(components).schemas
  return schemas
}

type Tree = { readonly label: string; readonly children: ReadonlyArray<Tree> }
const tree = (label: t.Type<string, string>): t.Type<Tree, unknown> =>
  t.recursion('Tree', (self) => t.strict({ label, children: t.readonlyArray(self) }))

describe('The schema of an intersection', () => {
  it.each([
    t.intersection([t.strict({ a: t.string }), t.partial({ b: t.number })]),
    t.intersection([t.strict({ a: t.string }), t.exact(t.partial({ b: t.number }))]),
    t.intersection([t.intersection([t.strict({ a: t.string }), t.strict({})]), t.exact(t.partial({ b: t.number }))]),
    t.exact(t.intersection([t.type({ a: t.string }), t.partial({ b: t.number })])),
    t.readonly(t.intersection([t.readonly(t.strict({ a: t.string })), t.exact(t.partial({ b: t.number }))])),
  ])('accepts the optional field of %#', (codec) => {
    const accepted = accepts(codec)
    expect([{ a: '', b: 1 }, { a: '' }, { b: 1 }, { a: '', b: '' }].map(accepted)).toEqual([true, true, false, false])
  })

  it('is closed when each of its parts is', () => {
    const accepted = accepts(
      t.intersection([
        t.union([t.strict({ kind: t.literal('a') }), t.strict({ kind: t.literal('b'), n: t.number })]),
        t.strict({ other: t.string }),
      ]),
    )
    expect(accepted({ kind: 'b', n: 1, other: '' })).toBe(true)
    expect(accepted({ kind: 'a', n: 1, other: '' })).toBe(false)
    expect(accepted({ kind: 'b', n: 1, other: '', more: 1 })).toBe(false)
  })
})

describe('A property that may be undefined', () => {
  it('may be absent, and an array refuses such items', () => {
    const accepted = accepts(t.strict({ a: t.union([t.string, t.undefined]), b: t.undefined, c: t.void }))
    expect([{}, { a: '' }, { a: 1 }, { b: 1 }].map(accepted)).toEqual([true, true, false, false])
    expect(JsonSchema.of(t.array(t.union([t.string, t.undefined])))).toMatchObject({
      left: { why: expect.stringMatching('use null') },
    })
  })
})

describe('A codec without a JSON form', () => {
  it.each([
    [t.bigint, 'use BigIntFromString'],
    [T.date, 'use Instant'],
    [t.Function, 'a function has no JSON form'],
    [Object.assign(T.clone(t.string), { encode: Number }), 'its encode was replaced'],
    [T.withEncode(t.string, Number), 'withJsonSchema'],
    [T.optionFromNullable(t.strict({ a: t.string })), 'write t.union\\(\\[codec, t.null\\]\\)'],
    [T.optionFromNullable(T.UUID), 'withJsonSchema'],
    [new t.Type<string, string>('Own', t.string.is, t.string.validate, String), 'withJsonSchema'],
  ] as ReadonlyArray<[t.Mixed, string]>)('is refused with the remedy: %#', (codec, remedy) => {
    const refused = JsonSchema.of(t.strict({ a: codec }, 'Thing'))
    expect(refused).toMatchObject({
      left: { _tag: 'UnsupportedCodec', path: 'Thing.exact.a', why: expect.stringMatching(remedy) },
    })
    expect(() => documentOf([codec])).toThrow(new RegExp(remedy))
  })
})

describe('A codec that carries a schema', () => {
  const Even = withJsonSchema(
    t.refinement(t.number, (n) => n % 2 === 0, 'Even'),
    { type: 'integer', multipleOf: 2 },
  )

  it('keeps it within others, under a refinement, and under another name', () => {
    const codecs = [t.readonly(Even), T.withMessage(Even, () => 'odd'), t.refinement(Even, (n) => n > 0, 'Positive')]
    for (const codec of [...codecs, t.strict({ a: Even }).type.props.a, T.fromNullable(Even, 0)]) {
      expect(JsonSchema.of(codec)).toEqual(E.right({ type: 'integer', multipleOf: 2 }))
    }
    expect(JsonSchema.of(Even, { Even: { type: 'number' } })).toEqual(E.right({ type: 'number' }))
    expect(t.Int).not.toHaveProperty('jsonSchema')
  })
})

describe('An OpenAPI document', () => {
  it('defines named codecs once, also nested and recursive ones, and refers to them', async () => {
    const Price = t.strict({ cents: t.Int }, 'Price')
    const Line = t.strict({ price: Price, was: t.union([Price, t.null]) }, 'Line')
    const document = documentOf([Line, Price, tree(t.string), t.array(Line)])
    await makeOpenApiChecker(JSON.stringify(document))
    const price = { $ref: '#/components/schemas/Price' }
    const node = { $ref: '#/components/schemas/Tree' }
    expect(definitionsOf([Line, Price, tree(t.string), t.array(Line)])).toEqual({
      Price: {
        type: 'object',
        properties: { cents: { type: 'integer' } },
        required: ['cents'],
        additionalProperties: false,
      },
      Line: {
        type: 'object',
        properties: { price, was: { anyOf: [price, { type: 'null' }] } },
        required: ['price', 'was'],
        additionalProperties: false,
      },
      Tree: {
        type: 'object',
        properties: { label: { type: 'string' }, children: { type: 'array', items: node } },
        required: ['label', 'children'],
        additionalProperties: false,
      },
    })
    expect(document).toMatchObject({
      paths: { '/things': { get: { responses: { 201: { content: { 'application/json': { schema: price } } } } } } },
    })
  })

  it('numbers different codecs of one name, and defines equal ones once', () => {
    const Label = t.refinement(t.string, (text) => text !== '', 'Label')
    const reason = (word: string) => t.keyof({ [word]: null }, 'Reason')
    const schemas = definitionsOf([reason('full'), reason('late'), reason('full'), tree(t.string), tree(Label)])
    expect(Object.keys(schemas)).toEqual(['Reason', 'Reason2', 'Tree', 'Tree2', 'Label'])
    expect(Object.keys(definitionsOf([tree(t.string), tree(t.string)]))).toEqual(['Tree'])
    expect(Object.keys(definitionsOf([t.strict({ own: t.string }, 'Problem')]))).toEqual(['Problem2'])
  })

  it('follows codecs that contain each other', async () => {
    type Folder = { readonly files: ReadonlyArray<File> }
    type File = { readonly in: Folder | null }
    const folder: t.Type<Folder, unknown> = t.recursion('Folder', () => t.strict({ files: t.readonlyArray(file) }))
    const file: t.Type<File, unknown> = t.recursion('File', () => t.strict({ in: t.union([folder, t.null]) }))
    await makeOpenApiChecker(JSON.stringify(documentOf([folder, file])))
    expect(Object.keys(definitionsOf([folder, file]))).toEqual(['Folder', 'File'])
    const accepted = accepts(folder)
    expect(accepted({ files: [{ in: { files: [] } }, { in: null }] })).toBe(true)
    expect(accepted({ files: [{ in: { files: [1] } }] })).toBe(false)
  })
})
