import {
  Aggregate,
  EventCodec,
  type EventOf,
  type LogPosition,
  type StreamName,
  type WaitForHandlers,
} from '@foldlog/core'
import { logRewound, rewoundConflict, storeUnavailable, versionConflict } from '@foldlog/core/store'
import { makeDispatcher } from '@foldlog/dispatcher'
import {
  Body,
  CommandRequest,
  ETag,
  IdempotencyKey,
  type InfrastructureError,
  PositionHeader,
  PreferHeader,
  Responder,
  runCommand,
  waitForPosition,
} from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

const CounterEvent = EventCodec.make({ Added: t.strict({ by: t.number }) })
type CounterEvent = EventOf<typeof CounterEvent>
type Add = { readonly type: 'Add'; readonly data: { readonly id: string; readonly by: number } }
type Refused = { readonly _tag: 'BelowZero'; readonly value: number }

const counter = Aggregate.make({
  category: 'counter',
  commands: ['Add'],
  id: ({ data }: Add) => data.id,
  decider: {
    initialState: 0,
    evolve: (value: number, { data }: CounterEvent) => value + data.by,
    decide: ({ data: { by } }: Add, value: number): E.Either<Refused, ReadonlyArray<CounterEvent>> =>
      value + by < 0
        ? E.left({ _tag: 'BelowZero', value })
        : E.right(by === 0 ? [] : [{ type: 'Added', data: { by } }]),
  },
  events: CounterEvent,
})

const responder = Responder.make<Refused>({
  BelowZero: { status: 409, title: 'Too little', facts: ({ value }) => ({ value }) },
})

/** The smallest counter over HTTP: `PUT` adds to a counter, `POST` to a new one. */
const serve = (waitFor: WaitForHandlers = () => TE.right(undefined), store = makeMemoryStore()) => {
  const { dispatch } = makeDispatcher({ store, aggregates: [counter] })
  return (request: Request): Promise<Response> =>
    responder(
      request,
      F.pipe(
        request,
        CommandRequest.read(t.strict({ by: t.Int }), { limit: 100 }),
        TE.chainW((asked) => {
          const id = request.method === 'POST' ? asked.newId : 'a'
          return F.pipe(
            runCommand(asked, (context) => dispatch({ type: 'Add', data: { id, by: asked.body.by } }, context), {
              waitFor,
              handlers: ['views'],
            }),
            TE.map((done) => ({ ...done, status: 200, body: { id } })),
          )
        }),
      ),
    )
}

const request = (body: unknown, headers: Readonly<Record<string, string>> = {}, method = 'PUT'): Request =>
  new Request('http://counter.example/a', {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** The entity tag of a response, to send it back. */
const tagOf = ({ headers }: Response): string => headers.get('ETag') ?? ''

const problemOf = async (response: Response) => ({
  status: response.status,
  media: response.headers.get('Content-Type'),
  ...JSON.parse(await response.text()),
})

describe('a command over HTTP', () => {
  it('is answered with the version of its stream and the position of its event', async () => {
    const send = serve()
    await send(request({ by: 1 }))
    const { status, headers } = await send(request({ by: 1 }))
    expect(status).toBe(200)
    expect(headers.get('ETag')).toMatch(/^"2-memory-\d+"$/)
    expect(headers.get('Foldlog-Position')).toMatch(/^2;history="[\w-]+";id="[0-9A-Z]{26}"$/)
    expect(headers.get('Idempotency-Replayed')).toBeNull()
  })

  it('that the domain rejects is a problem with the mapped status, its tag and its facts', async () => {
    expect(await problemOf(await serve()(request({ by: -1 })))).toEqual({
      status: 409,
      media: 'application/problem+json',
      type: 'about:blank',
      title: 'Too little',
      code: 'BelowZero',
      value: 0,
    })
  })

  it.each([
    ['{', {}, 400, 'MalformedJson'],
    ['{"by":1}', { 'Content-Type': 'text/plain' }, 415, 'NotJson'],
    [JSON.stringify({ by: 1, more: 'x'.repeat(100) }), {}, 413, 'BodyTooLarge'],
    ['{"by":1.5}', {}, 400, 'InvalidBody'],
    ['', {}, 400, 'InvalidBody'],
    ['{"by":1}', { 'If-Match': 'twelve' }, 400, 'InvalidHeader'],
    ['{"by":1}', { 'If-Match': '"1", "2"' }, 400, 'InvalidHeader'],
    ['{"by":1}', { 'If-Match': '"1-a", "1-b"' }, 400, 'InvalidHeader'],
    ['{"by":1}', { 'If-Match': '"1", "1-b"' }, 400, 'InvalidHeader'],
    ['{"by":1}', { 'If-Match': `"1-${'a'.repeat(65)}"` }, 412, 'PreconditionFailed'],
    ['{"by":1}', { 'If-Match': '"1-a.b"' }, 412, 'PreconditionFailed'],
    ['{"by":1}', { 'If-Match': '"3-unknown"' }, 412, 'VersionConflict'],
    ['{"by":1}', { 'If-Match': 'W/"0"' }, 412, 'PreconditionFailed'],
    ['{"by":1}', { 'If-Match': '"else"' }, 412, 'PreconditionFailed'],
    ['{"by":1}', { 'If-Match': '"3"' }, 412, 'VersionConflict'],
    ['{"by":1}', { 'If-Match': '*' }, 412, 'VersionConflict'],
    ['{"by":1}', { 'Idempotency-Key': 'a b' }, 400, 'InvalidHeader'],
  ])('%s with %j is answered with %d, %s', async (body, headers, status, code) => {
    expect(await problemOf(await serve()(request(body, headers)))).toMatchObject({ status, code })
  })

  it('with an endless body is rejected, and at most sixteen times the limit is read', async () => {
    let [given, cancelled] = [0, false]
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 100
        controller.enqueue(new Uint8Array(100))
      },
      cancel: () => {
        cancelled = true
      },
    })
    // Node requires this option; the types do not have it.
    const init: RequestInit & { readonly duplex: 'half' } = { method: 'POST', body: endless, duplex: 'half' }
    expect(await Body.text(new Request('http://here/', init), 1_000)()).toEqual(
      E.left({ _tag: 'BodyTooLarge', limit: 1_000 }),
    )
    expect(cancelled).toBe(true)
    expect(given).toBeGreaterThan(16_000)
    expect(given).toBeLessThan(17_000)
  })

  it('with an invalid body gets the path of each problem', async () => {
    const body = t.strict({ items: t.array(t.strict({ amount: t.Int })) })
    const read = await Body.read(body)(request({ items: [{ amount: 1 }, { amount: 'two' }] }))()
    expect(read).toEqual(
      E.left({ _tag: 'InvalidBody', problems: [{ path: 'body.items.1.amount', why: 'expected Int, got "two"' }] }),
    )
    expect(await problemOf(await serve()(request({ by: 'one' })))).toMatchObject({
      errors: [{ path: 'body.by', why: 'expected Int, got "one"' }],
    })
  })

  it('is conditional: of two with the same If-Match one succeeds', async () => {
    const send = serve()
    const first = await send(request({ by: 1 }, { 'If-None-Match': '*' }))
    const seen = { 'If-Match': first.headers.get('ETag') ?? '' }
    const statuses = await Promise.all([1, 2].map(async (by) => (await send(request({ by }, seen))).status))
    expect(statuses.sort()).toEqual([200, 412])
    expect(await problemOf(await send(request({ by: 1 }, { 'If-None-Match': '*' })))).toMatchObject({
      status: 412,
      version: 2,
    })
  })

  it('with a key is handled once, and answered as the first time; it creates one resource', async () => {
    const send = serve()
    const create = () => send(request({ by: 1 }, { 'Idempotency-Key': '"k1"' }, 'POST'))
    const [first, again] = [await create(), await create()]
    expect(await again.text()).toBe(await first.text())
    expect(tagOf(again)).toBe(tagOf(first))
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    const other = await send(request({ by: 1 }, { 'Idempotency-Key': 'k2' }, 'POST'))
    expect(other.headers.get('Idempotency-Replayed')).toBeNull()
    const without = await Promise.all([1, 2].map(() => send(request({ by: 1 }, {}, 'POST')).then((r) => r.text())))
    expect(without[0]).not.toBe(without[1])
  })

  it('with the key of another request is rejected, and the first result remains', async () => {
    const send = serve()
    await send(request({ by: 1 }, { 'Idempotency-Key': 'k' }))
    expect(await problemOf(await send(request({ by: 2 }, { 'Idempotency-Key': 'k' })))).toMatchObject({
      status: 422,
      code: 'IdempotencyKeyReused',
    })
    expect(tagOf(await send(request({ by: 5 })))).toMatch(/^"2-/)
  })

  it('with the key, or the id, of another command on the same stream is rejected, and names both commands', async () => {
    const reused = (commandId: string) =>
      TE.left<InfrastructureError>({
        _tag: 'CommandIdReused',
        commandId,
        stream: 'counter-a' as StreamName, // Reads category-id.
        first: 'Add',
        command: 'Close',
      })
    const send = (headers: Readonly<Record<string, string>>, idOf: (asked: string | undefined) => string) => {
      const sent = request({ by: 1 }, headers)
      const read = CommandRequest.read(t.strict({ by: t.Int }))(sent)
      const done = TE.chainW((asked: CommandRequest<unknown>) =>
        runCommand(asked, ({ commandId }) => reused(idOf(commandId))),
      )(read)
      return responder(sent, TE.map((all: object) => ({ ...all, status: 200, version: 1 }))(done)).then(problemOf)
    }
    expect(await send({ 'Idempotency-Key': 'k' }, (id) => id ?? '')).toMatchObject({
      status: 422,
      code: 'IdempotencyKeyReused',
    })
    expect(await send({}, () => 'own')).toMatchObject({
      status: 422,
      code: 'CommandIdReused',
      title: 'Command id reused',
      first: 'Add',
      command: 'Close',
    })
  })

  it('without events has no position header', async () => {
    const { status, headers } = await serve()(request({ by: 0 }))
    expect([status, headers.get('Foldlog-Position')]).toEqual([200, null])
    expect(headers.get('ETag')).toMatch(/^"0-/)
  })

  it('waits for handlers when it prefers to, and reports whether they were in time', async () => {
    const asked: Array<ReadonlyArray<unknown>> = []
    const waitFor =
      (comes: boolean): WaitForHandlers =>
      (...all) => {
        asked.push(all)
        return comes ? TE.right(undefined) : TE.left({ _tag: 'HandlersTimedOut' })
      }
    const kept = await serve(waitFor(true))(request({ by: 1 }, { Prefer: 'respond-async, wait=7' }))
    expect([kept.status, kept.headers.get('Preference-Applied')]).toEqual([200, 'wait'])
    const place = { position: 1, history: expect.any(String), id: expect.any(String), events: [1] }
    expect(asked).toEqual([[['views'], place, 7_000]])
    const late = await serve(waitFor(false))(request({ by: 1 }, { Prefer: 'wait' }))
    expect([late.status, late.headers.get('Preference-Applied')]).toEqual([200, null])
    await serve(waitFor(true))(request({ by: 1 }))
    expect(asked).toHaveLength(2)
    await serve(waitFor(true))(request({ by: 1 }, { Prefer: `wait=${'9'.repeat(400)}` }))
    expect(asked.at(-1)).toEqual([['views'], place, 30_000])
  })
})

describe('a read', () => {
  const settledPosition = TE.right(9)
  const read = (headers: Readonly<Record<string, string>>) => new Request('http://counter.example/a', { headers })

  it('waits for the position in its header, for the settled position without one, and not at all without a preference', async () => {
    const asked: Array<unknown> = []
    const waitFor: WaitForHandlers = (_, position) => {
      asked.push(position)
      return TE.right(undefined)
    }
    const options = { waitFor, handlers: ['views'], settledPosition }
    expect(await waitForPosition(read({ Prefer: 'wait=1', 'Foldlog-Position': '4' }), options)()).toEqual(E.right(true))
    expect(await waitForPosition(read({ Prefer: 'wait=1' }), options)()).toEqual(E.right(true))
    expect(await waitForPosition(read({ 'Foldlog-Position': '4' }), options)()).toEqual(E.right(false))
    const place = { position: 4, history: 'memory-7', id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' } as LogPosition
    for (const one of [place, { position: 4, history: 'memory-7' }]) {
      const headers = { Prefer: 'wait=1', 'Foldlog-Position': PositionHeader.format(one) }
      expect(await waitForPosition(read(headers), options)()).toEqual(E.right(true))
      expect(asked.at(-1)).toEqual(one)
    }
    for (const bad of ['4;history="', '4;history="a b"', '4;history="a";id="1"', '4;id="1"', `${'9'.repeat(16)}`]) {
      expect(await waitForPosition(read({ 'Foldlog-Position': bad }), options)()).toMatchObject({
        left: { _tag: 'InvalidHeader' },
      })
    }
    expect(asked).toEqual([4, 9, place, { position: 4, history: 'memory-7' }])
    expect(await waitForPosition(read({ Prefer: 'wait', 'Foldlog-Position': 'x' }), options)()).toMatchObject({
      left: { _tag: 'InvalidHeader' },
    })
  })

  it('of the version that the client already has is answered with 304 and no body', async () => {
    const work = TE.right({ status: 200, version: 3, body: { a: 1 } })
    const known = await responder(read({ 'If-None-Match': '"2", W/"3"' }), work)
    expect([known.status, await known.text(), known.headers.get('ETag')]).toEqual([304, '', '"3"'])
    expect((await responder(read({ 'If-None-Match': '"2"' }), work)).status).toBe(200)
    const placed = TE.right({ status: 200, version: 3, history: 'a', body: { a: 1 } })
    expect((await responder(read({ 'If-None-Match': '"3-a"' }), placed)).status).toBe(304)
    // The same number alone proves nothing: it can be the version of other events.
    for (const other of ['"3-b"', '"3"', '"2-a"'])
      expect((await responder(read({ 'If-None-Match': other }), placed)).status).toBe(200)
    expect((await responder(read({ 'If-None-Match': '"3-a"' }), work)).status).toBe(200)
  })
})

describe('a server fault', () => {
  const errors: Array<unknown> = []
  const logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_: string, facts: unknown) => void errors.push(facts),
  }
  const silent = Responder.make<never>({}, { logger })
  const ask = new Request('http://counter.example/a')

  it('is logged, and sent to the client without its facts', async () => {
    const secret = storeUnavailable('password=secret', true, new Error('secret'))
    const response = await silent(ask, TE.left(secret))
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1'])
    expect(await response.text()).not.toContain('secret')
    expect(errors.at(-1)).toMatchObject({ status: 503, error: secret })
  })

  it('is answered in the same way when it is thrown, or has an unknown tag', async () => {
    const thrower: TE.TaskEither<never, never> = () => Promise.reject(new Error('boom'))
    // As untyped code may do.
    const unknown = TE.left({ _tag: 'constructor' } as never)
    for (const work of [thrower, unknown]) {
      expect(await problemOf(await silent(ask, work))).toMatchObject({ status: 500, code: 'InternalError' })
    }
    expect(errors).toHaveLength(3)
  })
})

describe('a log that was rewound', () => {
  const respond = Responder.make<never>({})
  const stream = 'counter-a' as StreamName // Reads category-id.
  const rewound = logRewound(7, 'old', 'new', 5)
  const notAwaited = (why: { readonly _tag: string }): InfrastructureError => ({
    _tag: 'HandlersNotReached',
    handlers: ['views'],
    dispatched: { stream, version: 1, events: [], duplicate: false, commandId: '1', correlationId: '1' },
    why,
  })

  it.each<readonly [InfrastructureError, number, string | null]>([
    [versionConflict(stream, 3, 3), 412, null],
    [rewoundConflict(stream, 3, 3), 503, '1'],
    [notAwaited({ _tag: 'HandlersTimedOut' }), 504, null],
    [notAwaited(rewound), 503, '1'],
    [rewound, 410, null],
  ])('is distinguished from other errors: %j', async (error, status, after) => {
    const response = await respond(request({ by: 1 }, { 'If-Match': '"3"' }), TE.left(error))
    expect([response.status, response.headers.get('Retry-After')]).toEqual([status, after])
    expect(await response.json()).toMatchObject({ status, code: error._tag })
  })

  it('may have the same version number again: 412 explains it, and that nothing was written', async () => {
    const store = makeMemoryStore()
    const send = serve(undefined, store)
    await send(request({ by: 1 }))
    const restore = store.backup()
    const lost = tagOf(await send(request({ by: 10 })))
    restore()
    const now = tagOf(await send(request({ by: 100 })))
    expect([lost, now].map((tag) => tag.split('-')[0])).toEqual(['"2', '"2'])
    const refused = await send(request({ by: 1 }, { 'If-Match': lost }))
    expect(refused.headers.get('Retry-After')).toBeNull()
    expect(await problemOf(refused)).toMatchObject({
      status: 412,
      code: 'VersionConflict',
      version: 2,
      detail: expect.stringMatching(
        /^The store was reset to an earlier state after you read it\..* Nothing was written; read it again\.$/,
      ),
    })
    expect(tagOf(await send(request({ by: 1 }, { 'If-Match': now })))).toMatch(/^"3-/)
  })

  it('keeps the versions that it shares with the old log, and all of them when nothing was lost', async () => {
    const store = makeMemoryStore()
    const send = serve(undefined, store)
    const shared = tagOf(await send(request({ by: 1 })))
    const restore = store.backup()
    await send(request({ by: 10 }))
    restore()
    const seen = await send(request({ by: 1 }, { 'If-Match': shared }))
    expect(seen.status).toBe(200)
    store.backup()()
    expect((await send(request({ by: 1 }, { 'If-Match': tagOf(seen) }))).status).toBe(200)
  })

  it('is not detected by a tag without a history, of which only the number is compared', async () => {
    const store = makeMemoryStore()
    const send = serve(undefined, store)
    const restore = store.backup()
    await send(request({ by: 1 }))
    restore()
    await send(request({ by: 100 }))
    expect((await send(request({ by: 1 }, { 'If-Match': '"1"' }))).status).toBe(200)
  })

  it.each([
    ['"3"', 503],
    ['*', 503],
    ['"3-memory-1"', 412],
  ])('and was rewound several times: %j is answered with %d', async (tag, status) => {
    const response = await respond(request({}, { 'If-Match': tag }), TE.left(rewoundConflict(stream, 3, 3)))
    expect(response.status).toBe(status)
  })

  it('while a command waits for handlers is not answered with success', async () => {
    const send = serve(() => TE.left(rewound))
    expect(await problemOf(await send(request({ by: 1 }, { Prefer: 'wait' })))).toMatchObject({
      status: 503,
      code: 'HandlersNotReached',
    })
    expect((await send(request({ by: 1 }))).status).toBe(200)
  })
})

describe('headers', () => {
  it('an entity tag is parsed to its version, among any foreign tags', () => {
    void fc.assert(
      fc.property(
        fc.nat(),
        fc.option(fc.stringMatching(/^[\w-]{1,64}$/), { nil: undefined }),
        fc.array(fc.stringMatching(/^[a-z]{1,5}$/)),
        (version, history, others) => {
          const value = [...others.map((one) => `"${one}"`), ETag.of(version, history)].join(', ')
          const asked = request({}, { 'If-Match': value, 'If-None-Match': value })
          expect(ETag.isKnown(asked, version, history)).toBe(true)
          expect(ETag.isKnown(asked, version, history === undefined ? 'a' : `${history}a`)).toBe(false)
          asked.headers.delete('If-None-Match')
          expect(ETag.expected(asked)).toEqual(
            E.right({ expected: version, ...(history === undefined ? undefined : { history }) }),
          )
        },
      ),
    )
  })

  it('headers with any values throw nothing', () => {
    const text = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/)
    void fc.assert(
      fc.property(text, (value) => {
        const headers = { 'If-Match': value, Prefer: value, 'Idempotency-Key': value, 'If-None-Match': value }
        const asked = request({}, headers)
        ETag.expected(asked)
        ETag.isKnown(asked, 1)
        PreferHeader.wait(asked)
        const key = IdempotencyKey.parse(asked)
        if (E.isRight(key)) expect(key.right).not.toMatch(/["\s]/)
      }),
    )
  })

  it.each([
    ['wait', 10_000],
    ['wait=0', 0],
    ['WAIT="3"', 3_000],
    ['return=minimal, wait=100', 30_000],
    ['waiting=3', undefined],
    ['wait=soon', undefined],
  ])('Prefer: %s is a wait of %s', (value, expected) => {
    expect(PreferHeader.wait(request({}, { Prefer: value }))).toBe(expected)
  })
})
