import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { type Route, Routes } from '@foldlog/http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { serveOrders } from './Orders.ts'
import { frameworks, type Served } from './Servers.ts'

const raw = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
  name: path,
  method,
  path,
  summary: path,
  isCommand: false,
  responses: {},
  errorStatuses: [],
  handle,
})

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** Events of routes that a test waits for. */
const makeSignal = <A>() => {
  let fire: (value: A) => void = () => {}
  const fired = new Promise<A>((resolve) => {
    fire = resolve
  })
  return { fire, fired }
}

describe.each(frameworks)('routes in $name', ({ serve, thrown }) => {
  const arrived = makeSignal<void>()
  const aborted = makeSignal<string>()
  const cancelled = makeSignal<void>()
  let produced = 0
  const extra: ReadonlyArray<Route> = [
    raw('GET', '/throws', async () => {
      throw new Error('the secret reason')
    }),
    raw('GET', '/cookies', async () => {
      const headers = new Headers()
      headers.append('Set-Cookie', 'a=1; Path=/')
      headers.append('Set-Cookie', 'b=2; Expires=Wed, 09 Jun 2038 10:18:14 GMT')
      return new Response('set', { headers })
    }),
    raw('GET', '/address', async ({ url }) => new Response(url)),
    raw('PUT', '/length', async (asked) => new Response(`${(await asked.arrayBuffer()).byteLength}`)),
    raw('POST', '/ignored', async () => new Response('ignored')),
    raw('GET', '/waits', (asked) => {
      arrived.fire()
      return new Promise((resolve) =>
        asked.signal.addEventListener('abort', () => {
          aborted.fire(String(asked.signal.reason))
          resolve(new Response('late'))
        }),
      )
    }),
    raw('GET', '/endless', async () => {
      const body = new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            produced += 1
            controller.enqueue(new Uint8Array(65_536))
          },
          cancel: () => cancelled.fire(),
        },
        { highWaterMark: 0 },
      )
      return new Response(body)
    }),
    raw('GET', '/breaks', async () => {
      let parts = 0
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          parts += 1
          if (parts > 1) controller.error(new Error('half'))
          else controller.enqueue(new TextEncoder().encode('first'))
        },
      })
      return new Response(body)
    }),
  ]
  let served: Served
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  beforeAll(async () => {
    served = await serve([...serveOrders().routes, ...extra])
  })
  afterAll(async () => {
    agent.destroy()
    await served.stop()
  })

  const open = (method: string, path: string, headers: Record<string, string> = {}) =>
    request(served.url + served.prefix + path, { method, agent, headers })

  const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` }
      const sent = open(method, path, { ...length, ...headers })
      sent.once('error', reject).once('response', (response) => {
        const parts: Array<Buffer> = []
        response.on('data', (part: Buffer) => parts.push(part)).once('error', reject)
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          }),
        )
      })
      sent.end(body)
    })

  const json = { 'Content-Type': 'application/json' }
  const order = async (): Promise<string> => {
    const { headers } = await send('POST', '/orders', '{"note":"a"}', json)
    return (headers.location ?? '').slice(served.prefix.length)
  }

  it('run commands of POST, PATCH and DELETE, and queries', async () => {
    const made = await send('POST', '/orders', '{"note":"a"}', json)
    expect([made.status, made.headers.location]).toEqual([
      201,
      `${served.prefix}/orders/${JSON.parse(made.text).order_id}`,
    ])
    const at = (made.headers.location ?? '').slice(served.prefix.length)
    expect((await send('PATCH', at, '{"pieces":2}', json)).status).toBe(204)
    expect(JSON.parse((await send('GET', `${at}?times=3`)).text)).toMatchObject({ pieces: 6, note: 'a' })
    expect((await send('DELETE', at)).status).toBe(204)
    expect((await send('DELETE', at)).status).toBe(409)
  })

  it('answer HEAD as GET, without a body', async () => {
    const at = await order()
    const [head, get] = [await send('HEAD', at), await send('GET', at)]
    expect([head.status, head.text, head.headers.etag]).toEqual([200, '', get.headers.etag])
  })

  it('decode parameters of the path once', async () => {
    const { text } = await send('GET', '/orders/a%2525')
    expect(JSON.parse(text).errors).toEqual([{ path: 'order_id', why: 'expected OrderId, got "a%25"' }])
  })

  it('know a key again, with or without a parser before them', async () => {
    const key = { ...json, 'Idempotency-Key': 'once' }
    const first = await send('POST', '/orders', '{"note":"ä"}', key)
    const again = await send('POST', '/orders', '{ "note":\n"\\u00e4" }', key)
    expect([again.text, again.headers['idempotency-replayed']]).toEqual([first.text, 'true'])
    expect((await send('POST', '/orders', '{"note":"b"}', key)).status).toBe(422)
  })

  it('answer for bodies themselves: their type, their form, their limit', async () => {
    const at = await order()
    expect((await send('PATCH', at, 'pieces=1', { 'Content-Type': 'application/x-www-form-urlencoded' })).status).toBe(
      415,
    )
    expect(JSON.parse((await send('PATCH', at, '{"pieces":"x"}', json)).text)).toMatchObject({ code: 'InvalidBody' })
    const large = await send('PATCH', at, JSON.stringify({ pieces: 1, more: 'x'.repeat(1_500_000) }), json)
    expect([large.status, JSON.parse(large.text).code]).toEqual([413, 'BodyTooLarge'])
    expect((await send('PATCH', at, '{"pieces":1}', json)).status).toBe(204)
  })

  it('read a body of several megabytes, and keep the connection after an unread body', async () => {
    const megabytes = 'x'.repeat(5_000_000)
    expect((await send('PUT', '/length', megabytes, { 'Content-Type': 'text/plain' })).text).toBe('5000000')
    expect((await send('POST', '/ignored', 'x'.repeat(100_000), { 'Content-Type': 'text/plain' })).text).toBe('ignored')
    expect((await send('GET', '/cookies')).text).toBe('set')
  })

  it('set several cookies', async () => {
    expect((await send('GET', '/cookies')).headers['set-cookie']).toEqual([
      'a=1; Path=/',
      'b=2; Expires=Wed, 09 Jun 2038 10:18:14 GMT',
    ])
  })

  it('see the address as the client wrote it', async () => {
    const { text } = await send('GET', '/address?a=%20b&a=c', undefined, { Host: 'shop.example:81' })
    expect(text).toBe(`http://shop.example:81${served.prefix}/address?a=%20b&a=c`)
  })

  it('leave an error of a handler to the framework', async () => {
    const { status, text } = await send('GET', '/throws')
    expect([status, text]).toEqual([500, expect.stringMatching(thrown)])
    expect(text).not.toContain('secret')
  })

  it('leave other paths and methods to the framework', async () => {
    expect((await send('GET', '/own')).text).toBe('own')
    expect((await send('GET', '/nothing')).status).toBe(404)
    expect([404, 405]).toContain((await send('PUT', '/orders')).status)
  })

  it('abort the request when its client disconnects', async () => {
    const sent = open('GET', '/waits')
    sent.on('error', () => {}).end()
    await arrived.fired
    sent.destroy()
    await aborted.fired
  })

  it('read a body of a response only as fast as its client, and cancel it when the client disconnects', async () => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(`GET ${served.prefix}/endless HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await once(socket, 'readable')
    // The client takes nothing more: the producer stops when the buffers between them are full.
    let before = -1
    while (before !== produced) {
      before = produced
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(produced).toBeLessThan(1_000)
    socket.destroy()
    await cancelled.fired
  })

  it('break the connection when a body fails, so that no client takes half of it for all', async () => {
    await expect(send('GET', '/breaks')).rejects.toThrow()
  })
})

describe('behind a proxy', () => {
  it.each(frameworks.filter(({ name }) => ['Express', 'Fastify', 'Node'].includes(name)))(
    'the address in $name is that of the proxy, when it is trusted',
    async ({ serve }) => {
      const { url, stop } = await serve([raw('GET', '/address', async (asked) => new Response(asked.url))])
      const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'shop.example' }
      expect(await (await fetch(`${url}/address`, { headers })).text()).toBe('https://shop.example/address')
      await stop()
    },
  )
})

describe('the function of routes', () => {
  it('needs no framework', async () => {
    const handle = Routes.toFetch(serveOrders().routes)
    const made = await handle(
      new Request('http://here/orders', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"note":"a"}',
      }),
    )
    expect((await handle(new Request(`http://here${made.headers.get('Location')}`))).status).toBe(200)
  })
})
