import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { Logger } from '@foldlog/core'
import { listen, makeApp } from '@foldlog/hono-server'
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

const listening = async (routes: ReadonlyArray<Route>, patience?: number) => {
  const started = await listen(makeApp(routes, {}), 0, patience)()
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
    const response = await makeApp([broken], {}, logger).request('/broken')
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

describe('listen', () => {
  it.each([Number.NaN, -1, 1.5, 65_536])('rejects the port %d', async (port) => {
    expect(await listen(makeApp([], {}), port)()).toMatchObject(E.left({ _tag: 'PortUnavailable' }))
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
    socket.write('POST /things HTTP/1.1\r\nHost: here\r\nContent-Length: 50\r\n\r\nhalf')
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
