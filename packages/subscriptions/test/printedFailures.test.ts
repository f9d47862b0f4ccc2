import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { encodeDocument } from '../src/internal/handlers/documentCodec.ts'

const document = { kind: 'view', key: 'a' } as const
const failing: t.Mixed = new t.Type('failing', t.unknown.is, () => JSON.parse('{'), String)

describe('A document that cannot be stored', () => {
  it.each<readonly [string, E.Either<unknown, unknown>, string]>([
    ['no JSON', encodeDocument(t.unknown, document, { late: undefined, at: new Date(0) }), 'view'],
    ['another type', encodeDocument(t.strict({ n: t.number }), document, { n: 'text' }), 'view.n'],
    ['a codec that throws', encodeDocument(failing, document, 1), 'view'],
  ])('prints its reason, not [Array] or [Object]: %s', (_, encoded, path) => {
    const failure = E.isLeft(encoded) ? encoded.left : undefined
    expect(failure).toMatchObject({ _tag: 'DocumentEncodeFailure' })
    const text = inspect(E.left(failure))
    expect(text).not.toMatch(/\[(Array|Object)\]/)
    expect(text).toContain(`${path}`)
    expect(structuredClone(failure)).toEqual(failure)
    expect(JSON.parse(JSON.stringify(failure))).toEqual(failure)
  })
})
