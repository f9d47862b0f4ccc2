import { inspect } from 'node:util'
import { HandlerIdentity } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { eventsParked, handlersNotRunning } from '../src/internal/group/waitErrors.ts'
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

const parked = { handler: 'mails', stream: 'a-1', version: 1, position: 1, type: 'A', why: 'no mail', behind: false }
const shape = { kind: 'EventHandler', reads: { categories: ['a'] }, start: 'now', partitions: 1 }

describe('An error of handlers', () => {
  it.each<readonly [string, object | undefined, string]>([
    ['events that are parked', eventsParked([parked as never]), 'no mail'],
    ['a handler that is stopped', handlersNotRunning(1, [{ name: 'mails', stops: ['A failed'] }]), 'A failed'],
    [
      'another handler of its name',
      HandlerIdentity.mismatch({ name: 'mails', generation: 1 }, shape, { ...shape, reads: { categories: ['b'] } }),
      'categories',
    ],
  ])('prints its reason, also within the error of a command: %s', (_, error, reason) => {
    // A wait has no `HandlerMismatch`.
    const ofCommand = { _tag: 'HandlersNotReached', why: error }
    const isOfWait = Reflect.get(Object(error), '_tag') !== 'HandlerMismatch'
    for (const shown of [E.left(error), ...(isOfWait ? [E.left(ofCommand)] : [])]) {
      expect(inspect(shown)).not.toMatch(/\[(Array|Object)\]/)
      expect(inspect(shown)).toContain(reason)
    }
    expect(structuredClone(error)).toEqual(error)
    expect(JSON.parse(JSON.stringify(error))).toEqual(error)
  })
})
