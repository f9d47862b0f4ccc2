import { EventId, type StreamName } from '@foldlog/core'
import { boundaryChanged, logRewound, storeUnavailable, versionConflict } from '@foldlog/core/store'
import { type InfrastructureError, Responder } from '@foldlog/http'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'

// What can be sent again, unchanged, says so with `Retry-After`, and nothing else does. Each error has a row: a tag
// that is missing does not compile.

const stream = 'counter-a' as StreamName // Reads category-id.
const parsed = EventId.parse('01J00000000000000000000000')
if (E.isLeft(parsed)) throw new Error('an id')
const id = parsed.right
const decoding = { stream, version: 1, position: 1, id, type: 'Added', schemaVersion: 1 } as const
const dispatched = { stream, version: 1, events: [], duplicate: false, commandId: '1', correlationId: '1' }
const notReached = (why: { readonly _tag: string }): InfrastructureError => ({
  _tag: 'HandlersNotReached',
  handlers: ['views'],
  dispatched,
  why,
})

/** For each error, examples with their status and whether the same request may be sent again. */
const table: {
  readonly [Tag in InfrastructureError['_tag']]: ReadonlyArray<
    readonly [error: Extract<InfrastructureError, { readonly _tag: Tag }>, status: number, again: boolean]
  >
} = {
  StoreUnavailable: [
    [storeUnavailable('away', true, undefined), 503, true],
    [storeUnavailable('a table is missing: run the migrations', false, undefined), 503, false],
  ],
  StoreOverloaded: [[{ _tag: 'StoreOverloaded', waiting: 1, limit: 1 }, 503, true]],
  DispatcherOverloaded: [[{ _tag: 'DispatcherOverloaded', waiting: 1, limit: 1 }, 503, true]],
  DispatcherStopped: [[{ _tag: 'DispatcherStopped' }, 503, true]],
  DispatchAborted: [[{ _tag: 'DispatchAborted' }, 503, true]],
  NotAnsweredInTime: [[{ _tag: 'NotAnsweredInTime', wait: 1 }, 503, true]],
  // The request names no version: all attempts lost a race, and the next one may win.
  VersionConflict: [[versionConflict(stream, 3, 4), 503, true]],
  // Likewise: all attempts met events that were not there when they were decided.
  BoundaryChanged: [[boundaryChanged([]), 503, true]],
  HandlersNotReached: [
    [notReached(logRewound(7, 'old', 'new', 5)), 503, true],
    [notReached({ _tag: 'HandlersTimedOut' }), 504, false],
    [notReached({ _tag: 'HandlersNotRunning' }), 504, false],
    [notReached({ _tag: 'EventsParked' }), 504, false],
    [notReached({ _tag: 'UnknownHandler' }), 504, false],
  ].flatMap(([error, status, again]) =>
    // Made above.
    [
      [error, status, again] as readonly [
        Extract<InfrastructureError, { _tag: 'HandlersNotReached' }>,
        number,
        boolean,
      ],
    ],
  ),
  LogRewound: [[logRewound(7, 'old', 'new', 5), 410, false]],
  InvalidInput: [[{ _tag: 'InvalidInput', what: 'name', why: 'is empty' }, 400, false]],
  StreamNotFound: [[{ _tag: 'StreamNotFound', stream }, 404, false]],
  VersionNotFound: [[{ _tag: 'VersionNotFound', stream, version: 9, actual: 3 }, 404, false]],
  StreamDeleted: [[{ _tag: 'StreamDeleted', stream }, 410, false]],
  EventIdReused: [[{ _tag: 'EventIdReused', stream, id }, 409, false]],
  EncodeFailure: [[{ _tag: 'EncodeFailure', type: 'Added', path: 'data', why: 'no' }, 422, false]],
  DecodeFailure: [[{ _tag: 'DecodeFailure', ...decoding, reason: { _tag: 'UnknownType' } }, 500, false]],
  ViewDecodeFailure: [[{ _tag: 'ViewDecodeFailure', projection: 'views', key: 'a', why: 'no' }, 500, false]],
  DomainCodeFailed: [[{ _tag: 'DomainCodeFailed', command: 'Add', why: 'no', cause: undefined }, 500, false]],
  UnknownCommand: [[{ _tag: 'UnknownCommand', type: 'Add', known: [] }, 500, false]],
  CommandIdReused: [
    [{ _tag: 'CommandIdReused', commandId: '1', stream, first: 'Add', command: 'Subtract' }, 422, false],
  ],
  NotJson: [[{ _tag: 'NotJson', type: undefined }, 415, false]],
  MalformedJson: [[{ _tag: 'MalformedJson', why: 'no' }, 400, false]],
  InvalidBody: [[{ _tag: 'InvalidBody', problems: [] }, 400, false]],
  InvalidPath: [[{ _tag: 'InvalidPath', problems: [] }, 400, false]],
  InvalidQuery: [[{ _tag: 'InvalidQuery', problems: [] }, 400, false]],
  Unauthorized: [[{ _tag: 'Unauthorized', challenge: 'Bearer' }, 401, false]],
  Forbidden: [[{ _tag: 'Forbidden', why: 'no' }, 403, false]],
  InvalidHeader: [[{ _tag: 'InvalidHeader', header: 'Prefer', why: 'no' }, 400, false]],
  BodyTooLarge: [[{ _tag: 'BodyTooLarge', limit: 1 }, 413, false]],
  NotFound: [[{ _tag: 'NotFound', what: 'account' }, 404, false]],
  PreconditionFailed: [[{ _tag: 'PreconditionFailed', header: 'If-Match' }, 412, false]],
  IdempotencyKeyReused: [[{ _tag: 'IdempotencyKeyReused', key: 'a' }, 422, false]],
  HostNotAllowed: [[{ _tag: 'HostNotAllowed', host: 'other' }, 421, false]],
  CrossSiteRequest: [[{ _tag: 'CrossSiteRequest', origin: 'other' }, 403, false]],
}

describe('an error', () => {
  const rows = Object.values(table).flatMap(
    (examples: ReadonlyArray<readonly [InfrastructureError, number, boolean]>) => examples,
  )

  it.each(rows)('says whether the same request may be sent again: %j, %i, %s', async (error, status, again) => {
    const respond = Responder.make<never>({})
    const response = await respond(new Request('http://localhost/'), TE.left(error))
    expect([response.status, response.headers.has('Retry-After')]).toEqual([status, again])
    if (error._tag === 'StoreUnavailable') expect(again).toBe(error.retryable)
  })
})
