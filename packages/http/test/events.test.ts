import type { RecordedEvent } from '@foldlog/core'
import { LogEvents, Route, Routes, type ServerSentEvent, ServerSentEvents } from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { makeEventClient } from './EventClient.ts'
import { OrderId, serveOrders } from './Orders.ts'
import { frameworks } from './Servers.ts'

type Store = ReturnType<typeof makeMemoryStore>

/** A log of orders, and the route of its events. */
const serve = (store: Store, options: Parameters<typeof LogEvents.make>[1] = {}, heartbeat?: number) => {
  const { environment } = serveOrders(store)
  const events = LogEvents.make(store, { pollInterval: 20, ...options })
  const route = Route.events({
    name: 'events',
    path: '/events',
    heartbeat,
    events: ({ lastEventId }) => events.follow(lastEventId),
  })
  let last = 0
  const append = async (): Promise<void> => {
    last += 1
    const id = OrderId.decode(`o${last}`)
    if (E.isLeft(id)) throw new Error('an id')
    const done = await environment.dispatch({ type: 'Make', data: { id: id.right, note: 'x'.repeat(last % 50) } })()
    if (E.isLeft(done)) throw new Error(done.left._tag)
  }
  const routes = Routes.make(environment, [route])
  const handle = Routes.toFetch(routes)
  return {
    append,
    routes,
    open: (headers: Record<string, string>, signal: AbortSignal) =>
      handle(new Request('http://here/events', { headers, signal })),
  }
}

const positions = (events: ReadonlyArray<{ readonly data: unknown }>): ReadonlyArray<unknown> =>
  events.map(({ data }) => (data as { readonly position?: unknown }).position)

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i + 1)

describe('the events of a log', () => {
  it('are those that were stored, then those that come, each with its place', async () => {
    const { append, open } = serve(makeMemoryStore())
    await append()
    const client = makeEventClient()
    const reading = client.connect(open, () => client.received.length === 2)
    await append()
    await reading
    expect(client.received[0]).toEqual({
      id: expect.stringMatching(/^1;history="[\w-]+";id="\w{26}"$/),
      event: 'message',
      data: {
        id: expect.any(String),
        stream: 'order-o1',
        version: 1,
        position: 1,
        recordedAt: expect.any(String),
        type: 'Made',
        schemaVersion: 1,
        data: { note: 'x' },
      },
    })
    expect(positions(client.received)).toEqual([1, 2])
  })

  it('are neither missed nor repeated, wherever the connection is killed', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 1_500 }), appends: fc.nat(4) }), {
          minLength: 1,
          maxLength: 15,
        }),
        async (kills) => {
          const { append, open } = serve(makeMemoryStore(), { count: 3 })
          const client = makeEventClient()
          let total = 0
          for (const { bytes, appends } of kills) {
            total += appends
            const reading = client.connect(open, () => client.received.length === total, bytes)
            for (let i = 0; i < appends; i += 1) await append()
            await reading
          }
          if (client.received.length < total) await client.connect(open, () => client.received.length === total)
          expect(positions(client.received)).toEqual(upTo(total))
        },
      ),
      { numRuns: 40 },
    ))

  it('can be selected and shown in another form; an event that is left out still moves the place', async () => {
    const toData = ({ position }: RecordedEvent) => (position % 2 === 0 ? { position } : undefined)
    const { append, open } = serve(makeMemoryStore(), { toData })
    for (let i = 0; i < 5; i += 1) await append()
    const client = makeEventClient()
    await client.connect(open, () => client.lastEventId()?.startsWith('5;') === true)
    expect(client.received.map(({ data }) => data)).toEqual([{ position: 2 }, { position: 4 }])
    const other = makeEventClient()
    const filtered = serve(makeMemoryStore(), { filter: { types: ['Burned'] } })
    await filtered.append()
    await other.connect(filtered.open, () => other.lastEventId()?.startsWith('1;') === true)
    expect(other.received).toEqual([])
  })

  it('begin again after a rewind, which a problem reports to the client', async () => {
    const store = makeMemoryStore()
    const { append, open } = serve(store)
    await append()
    const restore = store.backup()
    await append()
    const client = makeEventClient()
    await client.connect(open, () => client.received.length === 2)
    restore()
    const third = client.connect(open, () => client.received.length === 4)
    await append()
    await third
    expect(client.received.slice(2)).toMatchObject([
      { event: 'problem', data: { code: 'LogRewound', status: 410, common: 1 }, id: expect.stringMatching(/^1;/) },
      { event: 'message', data: { position: 2, stream: 'order-o3' } },
    ])
  })

  it('begin again also while a client is connected', async () => {
    const store = makeMemoryStore()
    const { append, open } = serve(store)
    await append()
    const restore = store.backup()
    await append()
    const client = makeEventClient()
    const reading = client.connect(open, () => {
      if (client.received.length === 2) {
        restore()
        void append()
      }
      return client.received.length === 4
    })
    await reading
    expect(client.received.slice(2)).toMatchObject([{ event: 'problem' }, { data: { position: 2 } }])
  })

  it('are read once for clients at the same place', async () => {
    const store = makeMemoryStore()
    let reads = 0
    const counted: Store = {
      ...store,
      readLog: (options) => {
        reads += 1
        return store.readLog(options)
      },
    }
    const { append, open } = serve(counted, { pollInterval: 60_000 })
    await append()
    const clients = Array.from({ length: 20 }, makeEventClient)
    const reading = clients.map((client) => client.connect(open, () => client.received.length === 11))
    while (!clients.every(({ received }) => received.length === 1)) await new Promise((next) => setImmediate(next))
    const before = reads
    for (let i = 0; i < 10; i += 1) await append()
    await Promise.all(reading)
    expect(clients.map(({ received }) => positions(received))).toEqual(clients.map(() => upTo(11)))
    // Each client for itself would read at least once for each of its appends and once more.
    expect(reads - before).toBeLessThan(clients.length * 3)
  })

  it('are refused after an id that is not a place', async () => {
    const { open } = serve(makeMemoryStore())
    const response = await open({ 'Last-Event-ID': 'x' }, new AbortController().signal)
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: 'InvalidHeader' })])
  })

  it('end with a problem when the store is away', async () => {
    const store = makeMemoryStore()
    await store.stop()
    const { open } = serve(store)
    const client = makeEventClient()
    await client.connect(open, () => false)
    expect(client.received).toMatchObject([{ event: 'problem', data: { status: 503 } }])
  })
})

describe('a stream of events', () => {
  const request = () => new Request('http://here/events')

  it('is not collected or cached by proxies', () => {
    const { headers } = ServerSentEvents.response(request(), async function* () {})
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
  })

  it('has a comment whenever nothing comes for a while', async () => {
    const { open } = serve(makeMemoryStore(), {}, 5)
    const client = makeEventClient()
    await client.connect(open, () => client.comments() === 3)
    expect(client.received).toEqual([])
  })

  it('takes an event only when its client has taken the last one, and ends with its client', async () => {
    let made = 0
    const ended = new Promise<void>((resolve) => {
      const source = async function* (): AsyncGenerator<ServerSentEvent> {
        try {
          for (;;) yield { id: `${++made}`, data: made }
        } finally {
          resolve()
        }
      }
      const reader = ServerSentEvents.response(request(), source).body?.getReader()
      void (async () => {
        for (let i = 0; i < 3; i += 1) await reader?.read()
        expect(made).toBeLessThanOrEqual(3)
        await reader?.cancel()
      })()
    })
    await ended
  })

  it('ends when the request is aborted while it waits', async () => {
    const aborted = new AbortController()
    const ended = new Promise<void>((resolve) => {
      const source = async function* (signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
        await new Promise<void>((go) => signal.addEventListener('abort', () => go()))
        resolve()
      }
      const { body } = ServerSentEvents.response(new Request('http://here/', { signal: aborted.signal }), source)
      const reader = body?.getReader()
      void reader?.read().then(() => reader.read())
      setImmediate(() => aborted.abort())
    })
    await ended
  })

  it('reports that it failed, without the reason', async () => {
    const response = ServerSentEvents.response(request(), async function* () {
      yield { data: 1 }
      throw new Error('the secret reason')
    })
    const text = await response.text()
    expect(text).toContain('event: problem')
    expect(text).not.toContain('secret')
  })

  it('keeps every text in its line', () => {
    void fc.assert(
      fc.property(fc.string(), fc.string(), fc.jsonValue(), (id, event, data) => {
        const json = JSON.parse(JSON.stringify(data))
        const lines = ServerSentEvents.format({ id, event, data: json }).split(/\r\n|\r|\n/)
        expect(lines.map((line) => line.split(':')[0])).toEqual(['id', 'event', 'data', '', ''])
        expect(JSON.parse(lines[2]?.slice(6) ?? '')).toEqual(json)
      }),
    )
  })
})

describe.each(frameworks.filter(({ name }) => ['Hono on its own server', 'Express', 'Fastify', 'Node'].includes(name)))(
  'a stream of events in $name',
  ({ serve: inFramework }) => {
    it('arrives event by event, and ends with its client', async () => {
      const store = makeMemoryStore()
      let listeners = 0
      const watched: Store = {
        ...store,
        onAppend: (listener) => {
          listeners += 1
          const stop = store.onAppend(listener)
          return () => {
            listeners -= 1
            stop()
          }
        },
      }
      const { append, routes } = serve(watched)
      const { url, stop } = await inFramework(routes)
      const client = makeEventClient()
      const open = (headers: Record<string, string>, signal: AbortSignal) => fetch(`${url}/events`, { headers, signal })
      for (let i = 1; i <= 3; i += 1) {
        const reading = client.connect(open, () => client.received.length === i)
        await append()
        await reading
      }
      expect(positions(client.received)).toEqual([1, 2, 3])
      while (listeners > 0) await new Promise((next) => setTimeout(next, 5))
      await stop()
    })
  },
)
