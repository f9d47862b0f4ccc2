import { CommandCodec, type CommandOf } from '@foldlog/core'
import { AnswerCheck, notFound, OpenApi, Responder, Route, Routes, unauthorized } from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { makeOrder, type OrderCommand, OrderId, serveOrders, showOrder } from './Orders.ts'

const json = { 'Content-Type': 'application/json' }

const asking =
  (handle: (request: Request) => Promise<Response>) =>
  async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await handle(
      new Request(`http://shop.example${path}`, {
        method,
        headers: { ...(body === undefined ? {} : json), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }

const ask = (routes = serveOrders().routes) => asking(Routes.toFetch(routes))

const made = async (send: ReturnType<typeof ask>): Promise<string> =>
  (await send('POST', '/orders', { note: 'a' })).headers.get('Location') ?? ''

describe('a command route', () => {
  it('creates a resource with an id of its codec, and answers with its address', async () => {
    const { status, headers, body } = await ask()('POST', '/orders', { note: 'a' })
    expect([status, headers.get('Location')]).toEqual([201, `/orders/${body.order_id}`])
    expect(OrderId.is(body.order_id)).toBe(true)
  })

  it('makes its command of the path and the body', async () => {
    const send = ask()
    const at = await made(send)
    expect((await send('PATCH', at, { pieces: 3 })).status).toBe(204)
    expect((await send('GET', at)).body).toMatchObject({ pieces: 3, status: 'open' })
  })

  it('answers an error of the domain by its rule', async () => {
    const send = ask()
    const at = await made(send)
    await send('PATCH', at, { pieces: 3 })
    await send('DELETE', at)
    expect(await send('PATCH', at, { pieces: 1 })).toMatchObject({
      status: 409,
      body: { code: 'OrderIsSent', pieces: 3, title: 'The order is sent' },
    })
  })

  it('names the parameter of the path that is wrong', async () => {
    expect(await ask()('PATCH', '/orders/a%20b', { pieces: 1 })).toMatchObject({
      status: 400,
      body: { code: 'InvalidPath', errors: [{ path: 'order_id', why: 'expected OrderId, got "a b"' }] },
    })
  })

  it('may be refused before it is sent', async () => {
    expect(await ask()('DELETE', '/orders/kept')).toMatchObject({
      status: 403,
      body: { code: 'Forbidden', detail: 'This order is kept.' },
    })
  })

  it('answers a precondition on a resource that never was with 404', async () => {
    expect(await ask()('PATCH', '/orders/none', { pieces: 1 }, { 'If-Match': '"3"' })).toMatchObject({
      status: 404,
      body: { detail: 'There is no order none.' },
    })
  })

  it('reads at most the bytes of its limit', async () => {
    const { environment } = serveOrders()
    const small = Route.of<{ command: OrderCommand }>().command({
      name: 'makeSmallOrder',
      path: '/small',
      body: t.strict({ note: t.string }),
      creates: { order_id: OrderId },
      limit: 20,
      to: ({ body: { note }, newId }) => ({ type: 'Make', data: { id: newId, note } }),
    })
    const send = ask(Routes.make({ ...environment, limit: 40 }, [small, makeOrder]))
    const note = 'x'.repeat(15)
    expect((await send('POST', '/small', { note })).body).toMatchObject({ code: 'BodyTooLarge', limit: 20 })
    expect((await send('POST', '/orders', { note })).status).toBe(201)
    expect((await send('POST', '/orders', { note: note.repeat(3) })).body).toMatchObject({ limit: 40 })
  })
})

describe('a route of a command codec', () => {
  const RoomId = t.refinement(t.string, (id) => id.length < 40, 'RoomId')
  const RoomCommand = CommandCodec.make({
    Open: t.strict({ roomId: RoomId, beds: t.Int }),
    Clean: t.intersection([t.strict({ roomId: RoomId }), t.partial({ note: t.string })]),
    Burn: t.union([t.null, t.string]),
  })
  const sent: Array<CommandOf<typeof RoomCommand>> = []
  const environment = {
    ...serveOrders().environment,
    dispatch: (command: CommandOf<typeof RoomCommand>) => {
      sent.push(command)
      return TE.left(notFound('room'))
    },
  }
  const routes = Routes.make(environment, [
    Route.send({ name: 'open', path: '/rooms', commands: RoomCommand, type: 'Open', creates: 'roomId' }),
    Route.send({ name: 'clean', method: 'PUT', path: '/rooms/{roomId}/clean', commands: RoomCommand, type: 'Clean' }),
  ])

  it('sends a command whose fields come from the path, the body and the new id', async () => {
    const send = ask(routes)
    await send('POST', '/rooms', { beds: 2 })
    await send('PUT', '/rooms/7/clean', { note: 'soon' })
    await send('PUT', '/rooms/8/clean', {})
    expect(sent).toEqual([
      { type: 'Open', data: { roomId: expect.stringMatching(/^\w{26}$/), beds: 2 } },
      { type: 'Clean', data: { roomId: '7', note: 'soon' } },
      { type: 'Clean', data: { roomId: '8' } },
    ])
    expect((await send('POST', '/rooms', { beds: 'two' })).body).toMatchObject({
      errors: [{ path: 'body.beds', why: 'expected Int, got "two"' }],
    })
    expect((await send('PUT', `/rooms/${'7'.repeat(50)}/clean`)).body).toMatchObject({ code: 'InvalidPath' })
  })

  it('is named after its command when it has no name', () => {
    expect(Route.send({ path: '/rooms', commands: RoomCommand, type: 'Open' }).name).toBe('open')
    expect(Route.send({ name: 'make', path: '/rooms', commands: RoomCommand, type: 'Open' }).name).toBe('make')
  })

  it('does not compile, or is refused at once, when the path and the command do not fit', () => {
    // @ts-expect-error The command has no such field.
    expect(() => Route.send({ name: 'a', path: '/a/{other}', commands: RoomCommand, type: 'Open' })).toThrow(
      'a: the data of Open has no field other',
    )
    expect(() => Route.send({ name: 'a', path: '/a', commands: RoomCommand, type: 'Burn' })).toThrow(
      'a: the data of Burn is no record of fields',
    )
    const burn = Route.send({ name: 'a', path: '/a', commands: RoomCommand, type: 'Open' })
    // @ts-expect-error The dispatcher has no such command.
    Routes.make(serveOrders().environment, [burn])
  })
})

describe('a route of pages', () => {
  const all = ['a', 'b', 'c'].map((key) => [key, { key }] as const)
  const requested: Array<{ readonly after: string | undefined; readonly count: number }> = []
  const pages = Route.page({
    name: 'list',
    path: '/lists/{list}',
    parameters: { list: t.string },
    query: { reversed: t.union([t.literal('yes'), t.undefined]) },
    item: t.strict({ key: t.string }),
    size: 2,
    list: ({ parameters: { list }, query: { reversed }, page }) => {
      requested.push(page)
      if (list === 'none') return TE.left(notFound('list none'))
      const rest = (reversed === 'yes' ? all.toReversed() : all).filter(
        ([key]) => page.after === undefined || key > page.after,
      )
      const views = rest.slice(0, page.count)
      return TE.right({ views, last: views.at(-1)?.[0], end: views.length === rest.length })
    },
  })
  const checked = AnswerCheck.make(Routes.make(serveOrders().environment, [pages]))
  const send = ask(checked.routes)

  it('answers a page, with the place of the next one', async () => {
    expect((await send('GET', '/lists/all')).body).toEqual({ items: [{ key: 'a' }, { key: 'b' }], next: 'b' })
    expect((await send('GET', '/lists/all?after=b')).body).toEqual({ items: [{ key: 'c' }], next: null })
    expect((await send('GET', '/lists/all?reversed=yes')).body).toMatchObject({ items: [{ key: 'c' }, { key: 'b' }] })
    expect((await send('GET', '/lists/none')).status).toBe(404)
    expect((await send('GET', '/lists/all?after=b&after=c')).status).toBe(400)
    expect(requested.slice(0, 2)).toEqual([
      { after: undefined, count: 2 },
      { after: 'b', count: 2 },
    ])
    expect(checked.problems()).toEqual([])
  })

  it('goes on behind a last item that cannot be decoded, and lists at most 100 items when no size is given', async () => {
    const unreadable = Route.page({
      name: 'list',
      path: '/list',
      item: t.string,
      list: ({ page: { count } }) => TE.right({ views: [], last: `${count}`, end: false }),
    })
    const { body } = await ask(Routes.make(serveOrders().environment, [unreadable]))('GET', '/list')
    expect(body).toEqual({ items: [], next: '100' })
  })

  it('is refused at once when its size is no number of items', () => {
    const list = () => TE.right({ views: [], last: undefined, end: true })
    for (const size of [0, 1.5, Number.NaN, 10_001])
      expect(() => Route.page({ name: 'list', path: '/list', item: t.string, size, list })).toThrow('list: size ')
    // @ts-expect-error a parameter of the path has no codec
    Route.page({ name: 'list', path: '/lists/{list}', item: t.string, list })
  })
})

describe('a route that finds one thing', () => {
  const found = Route.find({
    name: 'show',
    path: '/things/{thing}',
    parameters: { thing: t.string },
    answer: t.strict({ thing: t.string }),
    find: ({ parameters: { thing } }) => TE.right(thing === 'none' ? O.none : O.some({ thing })),
  })

  it('answers it, or 404 with its address', async () => {
    const checked = AnswerCheck.make(Routes.make(serveOrders().environment, [found]))
    const send = ask(checked.routes)
    expect(await send('GET', '/things/one')).toMatchObject({ status: 200, body: { thing: 'one' } })
    expect(await send('GET', '/things/none')).toMatchObject({
      status: 404,
      body: { detail: 'There is no /things/none.' },
    })
    expect(checked.problems()).toEqual([])
  })
})

describe('the environment of routes', () => {
  const waiting = (handlers?: ReadonlyArray<string>) =>
    Route.query({ name: 'wait', path: '/wait', answer: t.string, handlers, handle: () => TE.right({ body: 'done' }) })

  it('has the handlers for which a client waits, unless the route names others', async () => {
    const waited: Array<ReadonlyArray<string>> = []
    const environment = {
      ...serveOrders().environment,
      handlers: ['orders'],
      settledPosition: TE.right(7),
      waitFor: (handlers: ReadonlyArray<string>) => {
        waited.push(handlers)
        return TE.right(undefined)
      },
    }
    for (const route of [waiting(), waiting(['guests']), waiting([])])
      await ask(Routes.make(environment, [route]))('GET', '/wait', undefined, { Prefer: 'wait=5' })
    expect(waited).toEqual([['orders'], ['guests'], []])
  })

  it('has the logger of all failures', async () => {
    const logged: Array<string> = []
    const log = (message: string) => void logged.push(message)
    const logger = { debug: log, info: log, warn: log, error: log }
    const failing = Route.query({
      name: 'fail',
      path: '/fail',
      answer: t.string,
      handle: () => () => Promise.reject(new Error('no')),
    })
    const { environment } = serveOrders()
    expect((await ask(Routes.make({ ...environment, logger }, [failing]))('GET', '/fail')).status).toBe(500)
    expect(logged).toEqual(['request failed'])
  })
})

describe('a query route', () => {
  it('decodes its parameters, and names the one that is wrong', async () => {
    const send = ask()
    const at = await made(send)
    await send('PATCH', at, { pieces: 3 })
    expect((await send('GET', `${at}?times=2`)).body).toMatchObject({ pieces: 6 })
    for (const [query, got] of [
      ['times=two', '"two"'],
      ['times=1&times=2', 'an array'],
    ])
      expect(await send('GET', `${at}?${query}`)).toMatchObject({
        status: 400,
        body: {
          code: 'InvalidQuery',
          title: 'Invalid query parameter',
          errors: [{ path: '?times=', why: `expected Factor, got ${got}` }],
        },
      })
  })

  it('answers with the version of its resource, and a reader that has it with 304', async () => {
    const send = ask()
    const at = await made(send)
    const { headers } = await send('GET', at)
    const seen = { 'If-None-Match': headers.get('ETag') ?? '' }
    expect((await send('GET', at, undefined, seen)).status).toBe(304)
    await send('PATCH', at, { pieces: 3 })
    expect((await send('GET', at, undefined, seen)).status).toBe(200)
  })

  it('encodes its answer', async () => {
    const Cents = new t.Type<number, string>('Cents', t.number.is, t.number.validate, (cents) => `${cents} cents`)
    const price = Route.query({
      name: 'price',
      path: '/price',
      answer: t.strict({ price: Cents }),
      handle: () => TE.right({ body: { price: 5 } }),
    })
    const { environment } = serveOrders()
    expect((await ask(Routes.make(environment, [price]))('GET', '/price')).body).toEqual({ price: '5 cents' })
  })
})

describe('the sender of a request', () => {
  const by = (name: string) => ({ Authorization: `Bearer ${name}` })

  it('must be known when the environment authenticates, unless a route is anonymous', async () => {
    const { withUsers, environment } = serveOrders()
    const send = ask(withUsers)
    const { status, headers, body } = await send('GET', '/orders/a')
    expect([status, headers.get('WWW-Authenticate'), body.code]).toEqual([401, 'Bearer', 'Unauthorized'])
    expect((await send('POST', '/orders', { note: 'a' })).status).toBe(401)
    expect((await send('POST', '/orders', { note: 'a' }, by('ada'))).status).toBe(201)
    const open = Route.query({
      name: 'open',
      path: '/open',
      answer: t.string,
      anonymous: true,
      handle: () => TE.right({ body: 'yes' }),
    })
    const authenticate = () => TE.left(unauthorized('Basic'))
    expect((await ask(Routes.make({ ...environment, authenticate }, [open]))('GET', '/open')).body).toBe('yes')
  })

  it('is stored with the events, and has keys of its own', async () => {
    const { withUsers, store } = serveOrders()
    const send = ask(withUsers)
    const key = { 'Idempotency-Key': 'k' }
    const [first, again, other] = [
      await send('POST', '/orders', { note: 'a' }, { ...key, ...by('ada') }),
      await send('POST', '/orders', { note: 'a' }, { ...key, ...by('ada') }),
      await send('POST', '/orders', { note: 'a' }, { ...key, ...by('grace') }),
    ]
    expect(again.body).toEqual(first.body)
    expect(other.body).not.toEqual(first.body)
    const page = await store.readLog()()
    expect(page).toMatchObject({
      right: { events: [{ metadata: { user: { id: 'ada' } } }, { metadata: { user: { id: 'grace' } } }] },
    })
  })

  it('goes to the code of a route', async () => {
    const { environment } = serveOrders()
    const whoAmI = Route.of<{ user: { readonly id: string; readonly name: string } }>().query({
      name: 'whoAmI',
      path: '/me',
      answer: t.string,
      handle: ({ user }) => TE.right({ body: user.name }),
    })
    const authenticate = () => TE.right({ id: '1', name: 'Ada' })
    expect((await ask(Routes.make({ ...environment, authenticate }, [whoAmI]))('GET', '/me')).body).toBe('Ada')
  })

  it('is described: every route may answer 401 and 403', () => {
    const { withUsers, routes } = serveOrders()
    for (const { errorStatuses } of withUsers) expect(errorStatuses).toEqual(expect.arrayContaining([401, 403]))
    for (const { errorStatuses } of routes) expect(errorStatuses).not.toContain(401)
  })
})

describe('what does not compile', () => {
  const { environment } = serveOrders()
  const answer = t.string
  const handle = () => TE.right({ body: 'a' })

  it('is a route that disagrees with its path, its environment or its errors', () => {
    const path = '/orders/{order_id}'
    // @ts-expect-error A parameter of the path has no codec.
    Route.query({ name: 'a', path, parameters: {}, answer, handle })
    // @ts-expect-error A codec has no parameter.
    Route.query({ name: 'a', path, parameters: { order_id: t.string, other: t.string }, answer, handle })
    // @ts-expect-error The body is not that of the answer.
    Route.query({ name: 'a', path: '/a', answer: t.number, handle })
    // @ts-expect-error A versioned answer has a version.
    Route.query({ name: 'a', path: '/a', answer, versioned: true, handle })

    const unknownError = Route.query({ name: 'a', path: '/a', answer, handle, errors: ['NoSuchRoom'] })
    // @ts-expect-error No error has this tag.
    Routes.make(environment, [unknownError])
    const otherError = Route.query({ name: 'a', path: '/a', answer, handle: () => TE.left({ _tag: 'Other' as const }) })
    // @ts-expect-error The responder does not describe this error.
    Routes.make(environment, [otherError])
    const otherCommand = Route.command({ name: 'a', path: '/a', to: () => ({ type: 'Burn', data: {} }) })
    // @ts-expect-error The dispatcher has no such command.
    Routes.make(environment, [otherCommand])
    const ofUser = Route.of<{ user: { readonly name: string } }>().query({ name: 'a', path: '/a', answer, handle })
    // @ts-expect-error Nobody authenticates.
    Routes.make(environment, [ofUser])
    const { load, ...poor } = environment
    // @ts-expect-error The route needs `load`.
    Routes.make(poor, [showOrder])
    // @ts-expect-error The dispatcher has errors that the responder does not describe.
    Routes.make({ ...environment, respond: Responder.make<never>({}) }, [])
    expect(load).toBeDefined()
  })
})

describe('answers', () => {
  it('are compared with their description', async () => {
    const { routes } = serveOrders()
    const { routes: checked, problems, missing } = AnswerCheck.make(routes)
    const send = ask(checked)
    const at = await made(send)
    await send('GET', at)
    await send('PATCH', at, { pieces: 'many' })
    expect(problems()).toEqual([])
    expect(missing()).toContain('GET /orders/{order_id} 404')
    await send('GET', '/orders/none')
    expect(missing()).not.toContain('GET /orders/{order_id} 404')
  })

  it.each([
    ['a status', { status: 409, body: null }, 'GET /a 409: is not described'],
    ['a body', { status: 200, body: '{"a":"b"}' }, 'GET /a 200: body.a: expected number, got "b"'],
    ['no body', { status: 200, body: null }, 'GET /a 200: has no body'],
    ['a body that is no JSON', { status: 200, body: 'a' }, /^GET \/a 200: has a body that is no JSON: /],
    ['an error that is no problem', { status: 500, body: 'oh' }, 'GET /a 500: is no problem of RFC 9457'],
    ['a body where there is none', { status: 204, body: undefined }, 'GET /a 204: is not described'],
  ])('with %s that is not described are found', async (_, { status, body }, problem) => {
    const route = {
      name: 'a',
      method: 'GET',
      path: '/a',
      summary: 'a',
      isCommand: false,
      responses: { 200: { description: 'a', body: t.strict({ a: t.number }) } },
      errorStatuses: [],
      handle: async () => new Response(body, { status }),
    } as const
    const { routes, problems } = AnswerCheck.make([route])
    await routes[0]?.handle(new Request('http://here/a'), {})
    expect(problems()).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)])
  })
})

describe('the document of routes', () => {
  it('names the statuses of the errors, the parameters with their schemas, and which are required', () => {
    const { routes } = serveOrders()
    const document = JSON.parse(
      JSON.stringify(
        OpenApi.make(
          { title: 'Orders', version: '1', description: '', schemas: { Factor: { type: 'integer' } } },
          routes,
        ),
      ),
    )
    const { get, patch } = document.paths['/orders/{order_id}']
    expect(Object.keys(patch.responses)).toEqual(expect.arrayContaining(['204', '404', '409', '410']))
    expect(get.parameters).toEqual(
      expect.arrayContaining([
        { name: 'order_id', in: 'path', required: true, schema: expect.anything() },
        { name: 'times', in: 'query', required: false, schema: { $ref: '#/components/schemas/Factor' } },
      ]),
    )
  })
})

describe('routes without a framework', () => {
  const handle = Routes.toFetch(serveOrders(makeMemoryStore()).routes, { prefix: '/api' })
  const send = asking(handle)

  it.each([
    ['POST', '/api/orders', 201, null],
    ['GET', '/orders', 404, null],
    ['GET', '/api/nothing', 404, null],
    ['GET', '/api/orders', 405, 'POST'],
    ['POST', '/api/orders/a', 405, 'PATCH, DELETE, GET, HEAD'],
    ['HEAD', '/api/orders/none', 404, null],
  ])('answer %s %s with %i', async (method, path, status, allow) => {
    const answer = await send(method, path, method === 'POST' ? { note: 'a' } : undefined)
    expect([answer.status, answer.headers.get('Allow')]).toEqual([status, allow])
  })

  it('put their prefix before an address', async () => {
    const at = (await send('POST', '/api/orders', { note: 'a' })).headers.get('Location') ?? ''
    expect(at).toMatch(/^\/api\/orders\/\w+$/)
    expect((await send('GET', at)).status).toBe(200)
  })

  it('find the literal path before the one with a parameter', async () => {
    const named = (name: string, path: string): Route => ({
      name,
      method: 'GET',
      path,
      summary: name,
      isCommand: false,
      responses: {},
      errorStatuses: [],
      handle: async (_, parameters) => Response.json([name, parameters]),
    })
    const find = asking(Routes.toFetch([named('one', '/things/{id}'), named('new', '/things/new')]))
    expect((await find('GET', '/things/new')).body).toEqual(['new', {}])
    expect((await find('GET', '/things/a%2Fb')).body).toEqual(['one', { id: 'a/b' }])
    expect((await find('GET', '/things/%zz')).body).toEqual(['one', { id: '%zz' }])
  })
})
