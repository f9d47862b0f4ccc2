import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { Logger } from '@foldlog/core'
import { listen, makeApp, type ServerLimits } from '@foldlog/hono-server'
import { Body, type Route } from '@foldlog/http'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'

const route = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
  method,
  path,
  name: `${method} ${path}`,
  summary: '',
  isCommand: false,
  responses: {},
  errorStatuses: [],
  handle,
})

const ok: Route['handle'] = async () => new Response('done')

const listening = async (routes: ReadonlyArray<Route>, stopTimeout?: number, limits: Partial<ServerLimits> = {}) => {
  const started = await listen(makeApp(routes, {}), { stopTimeout, limits })()
  if (E.isLeft(started)) throw new Error(started.left.why)
  return started.right
}

describe('makeApp', () => {
  const app = makeApp(
    [route('GET', '/things/{id}', ok), route('PUT', '/things/{id}', ok), route('POST', '/things', ok)],
    {},
  )

  it.each([
    ['DELETE', '/things/1', 405, 'GET, HEAD, PUT'],
    ['GET', '/things', 405, 'POST'],
    ['POST', '/openapi.json', 405, 'GET, HEAD'],
    ['GET', '/things/1', 200, null],
    ['HEAD', '/things/1', 200, null],
    ['GET', '/nothing', 404, null],
  ])('answers %s %s with %i', async (method, path, status, allow) => {
    const response = await app.request(path, { method })
    expect([response.status, response.headers.get('Allow')]).toEqual([status, allow])
  })
})

describe('a handler that throws', () => {
  it('is answered with 500 and without the reason, which is logged', async () => {
    const logged: Array<unknown> = []
    const logger = { ...Logger.silent, error: (message: string, facts: unknown) => logged.push([message, facts]) }
    const broken = route('GET', '/broken', async () => {
      throw new Error('the secret reason')
    })
    const response = await makeApp([broken], {}, { logger }).request('/broken')
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')])
    expect(logged).toEqual([
      [
        'request failed',
        {
          method: 'GET',
          url: expect.stringMatching(/\/broken$/),
          status: 500,
          error: expect.objectContaining({ message: 'the secret reason' }),
        },
      ],
    ])
  })
})

/** What a server answers to these bytes, up to the end of the connection. */
const exchange = (url: string, sent: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let received = ''
    socket.on('data', (part) => {
      received += String(part)
    })
    socket.on('error', () => {}).once('close', () => resolve(received))
    socket.write(sent)
  })

const close = 'Connection: close\r\n\r\n'

describe('the host of a request', () => {
  const app = makeApp([route('GET', '/things', ok)], {}, {})

  it.each([
    ['localhost', 200],
    ['LOCALHOST:80', 200],
    ['127.0.0.1:65535', 200],
    ['[::1]:3000', 200],
    ['attacker.example', 421],
    ['localhost.attacker.example:80', 421],
    ['127.0.0.1.nip.io', 421],
    ['a b', 400],
    ['localhost, localhost', 400],
    ['', 400],
  ])('that is %p is answered with %i', async (host, status) => {
    const response = await app.request('/things', { headers: { Host: host } })
    expect([response.status, response.status === 200 || response.headers.get('Content-Type')]).toEqual([
      status,
      status === 200 || 'application/problem+json',
    ])
  })

  it('may be one that the application names', async () => {
    const own = makeApp([route('GET', '/things', ok)], {}, { allowedHosts: ['shop.example'] })
    expect((await own.request('http://shop.example/things')).status).toBe(200)
    expect((await own.request('http://localhost/things')).status).toBe(421)
  })

  it.each([
    ['Shop.Example', 'http://shop.example/things', {}],
    ['shop.example:3000', 'http://shop.example:3000/things', {}],
    ['shop.example', 'http://shop.example/things', { Host: 'shop.example:' }],
    ['[2001:DB8:0::1]', 'http://[2001:db8::1]/things', {}],
    ['[::1]', 'http://[::1]/things', { Host: '[0:0:0:0:0:0:0:1]:80' }],
  ])('may be written in another form than the allowed %p', async (allowed, address, headers) => {
    const own = makeApp([route('GET', '/things', ok)], {}, { allowedHosts: [allowed] })
    expect((await own.request(address, { headers })).status).toBe(200)
  })

  it('is not one that a proxy forwards', async () => {
    const forwarded = { 'X-Forwarded-Host': 'localhost', Forwarded: 'host=localhost' }
    const headers = { Host: 'attacker.example', ...forwarded }
    expect((await app.request('/things', { headers })).status).toBe(421)
  })

  it('is checked for the document, for paths without a route, and for the address in the request line', async () => {
    const foreign = { headers: { Host: 'attacker.example' } }
    expect((await app.request('/openapi.json', foreign)).status).toBe(421)
    expect((await app.request('/nothing', foreign)).status).toBe(421)
    expect((await app.request('http://attacker.example/things', { headers: { Host: 'localhost' } })).status).toBe(421)
  })
})

describe('a request that cannot be served', () => {
  it.each([
    ['without a host', `GET /things HTTP/1.1\r\n${close}`, 400],
    ['with two hosts', `GET /things HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n${close}`, 400],
    ['with an invalid host', `GET /things HTTP/1.1\r\nHost: a b/c@\r\n${close}`, 400],
    ['for another host', `GET /things HTTP/1.1\r\nHost: attacker.example\r\n${close}`, 421],
    ['for another host in its line', `GET http://attacker.example/ HTTP/1.1\r\nHost: localhost\r\n${close}`, 421],
    ['that is no HTTP', 'BLA\r\n\r\n', 400],
    ['with too many headers', `GET /things HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n${close}`, 431],
    ['with an unknown expectation', `GET /things HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n${close}`, 417],
    [
      'with two lengths',
      `POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
  ])('%s is answered with a problem', async (_, sent, status) => {
    const { url, stop } = await listening([route('GET', '/things', ok)])
    try {
      const received = await exchange(url, sent)
      expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(received).toMatch(/content-type: application\/problem\+json/i)
      expect(received).toContain(`"status":${status}`)
    } finally {
      await stop()
    }
  })

  it('about the server as a whole is answered without a body', async () => {
    const { url, stop } = await listening([])
    expect(await exchange(url, `OPTIONS * HTTP/1.1\r\nHost: localhost\r\n${close}`)).toMatch(/^HTTP\/1.1 204 /)
    await stop()
  })
})

describe('a slow client', () => {
  const read: Route['handle'] = async (request) => new Response(await request.text())
  const post = 'POST /things HTTP/1.1\r\nHost: localhost\r\n'

  it.each([
    ['headers', 'POST /things HTTP/1.1\r\nHost: local', { headersTimeout: 200, requestTimeout: 600_000 }],
    ['a body', `${post}Content-Length: 50\r\n\r\nhalf`, { headersTimeout: 100, requestTimeout: 200 }],
  ])('that does not end %s is answered with 408', async (_, sent, limits) => {
    const { url, stop } = await listening([route('POST', '/things', read)], undefined, limits)
    const received = await exchange(url, sent)
    expect(received).toMatch(/^HTTP\/1.1 408 [\s\S]*"code":"RequestTimeout"/)
    await stop()
  })

  it('that sends nothing loses its connection', async () => {
    const { url, stop } = await listening([], undefined, { headersTimeout: 200, requestTimeout: 200 })
    await exchange(url, '')
    await stop()
  })

  it('on whose connection nothing moves loses it', async () => {
    const never: Route['handle'] = () => new Promise(() => {})
    const { url, stop } = await listening([route('GET', '/things', never)], undefined, { idleTimeout: 200 })
    expect(await exchange(url, 'GET /things HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('')
    await stop()
  })
})

describe('a server with its greatest number of connections', () => {
  it('closes a further one, and accepts one when another has ended', async () => {
    const { url, stop } = await listening([route('GET', '/things', ok)], undefined, { maxConnections: 1 })
    const ask = `GET /things HTTP/1.1\r\nHost: localhost\r\n${close}`
    const first = connect(Number(new URL(url).port), '127.0.0.1')
    await once(first, 'connect')
    expect(await exchange(url, ask)).toBe('')
    first.destroy()
    let received = ''
    while (received === '') received = await exchange(url, ask)
    expect(received).toMatch(/^HTTP\/1.1 200 /)
    await stop()
  })
})

describe('listen', () => {
  it.each([Number.NaN, -1, 1.5, 65_536])('rejects the port %d', async (port) => {
    expect(await listen(makeApp([], {}), { port })()).toMatchObject(E.left({ _tag: 'InvalidInput', what: 'port' }))
  })

  it('answers requests in progress when it stops, and keeps no connection open', async () => {
    let arrived: () => void = () => {}
    let go: () => void = () => {}
    const there = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const slow = new Promise<void>((resolve) => {
      go = resolve
    })
    const { url, stop } = await listening([
      route('GET', '/slow', async () => {
        arrived()
        await slow
        return new Response('done')
      }),
    ])
    const asked = fetch(`${url}/slow`)
    await there
    const stopped = stop()
    go()
    const response = await asked
    expect([await response.text(), response.headers.get('Connection')]).toEqual(['done', 'close'])
    await stopped
  })

  it('does not wait forever for a request that never ends', async () => {
    let arrived: () => void = () => {}
    const there = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const { url, stop } = await listening(
      [
        route('POST', '/things', async (request) => {
          arrived()
          return new Response(await request.text())
        }),
      ],
      50,
    )
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    socket.write('POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nhalf')
    await there
    await stop()
    await closed
  })

  it('answers a body that is too large with 413, and does not break the next request', async () => {
    const { url, stop } = await listening(
      [
        route('POST', '/things', async (asked) =>
          E.isLeft(await Body.text(asked, 100_000)())
            ? new Response('too large', { status: 413 })
            : new Response('done'),
        ),
      ],
      50,
    )
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const post = (body: string) =>
      new Promise<unknown>((resolve) => {
        const asked = request(`${url}/things`, { method: 'POST', agent }, (response) => {
          response.resume().on('end', () => resolve([response.statusCode, response.headers.connection]))
        })
        asked.on('error', resolve)
        asked.end(body)
      })
    try {
      for (const length of [100_001, 1_500_000, 100_001, 1_500_000]) {
        expect(await post('x'.repeat(length))).toEqual([413, 'close'])
        expect(await post('x')).toEqual([200, 'keep-alive'])
      }
    } finally {
      agent.destroy()
      await stop()
    }
  })
})

describe('the limits of a server', () => {
  it.each([
    { headersTimeout: Number.NaN },
    { idleTimeout: Number.NaN },
    { idleTimeout: 2 ** 31 },
    { maxConnections: -1 },
    { maxConnections: 0 },
    { requestTimeout: 0.5 },
    { headersTimeout: 40_000 },
  ])('are not %p', async (limits) => {
    expect(await listen(makeApp([], {}), { limits })()).toMatchObject(E.left({ _tag: 'InvalidInput' }))
  })

  it('are the default ones where they are undefined, as an environment variable that is not set', async () => {
    const names = ['headersTimeout', 'requestTimeout', 'idleTimeout', 'maxConnections']
    // As plain JavaScript passes them.
    const limits = Object.fromEntries(names.map((name) => [name, undefined])) as Partial<ServerLimits>
    const { url, stop } = await listening([route('GET', '/things', ok)], undefined, limits)
    expect((await fetch(`${url}/things`)).status).toBe(200)
    await stop()
  })

  it('include the time that stop waits', async () => {
    expect(await listen(makeApp([], {}), { stopTimeout: -1 })()).toMatchObject(E.left({ _tag: 'InvalidInput' }))
  })
})
