import { makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, FailurePolicy, makeHandlerRuntime, Projection } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { added, append, broken, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }

describe('an event handler', () => {
  it('gets stored and new events, in order, each once', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    const handler = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      handle:
        ({ event }) =>
        async () => {
          if (event.type === 'Added') seen.push(event.data.n)
          return E.right(undefined)
        },
    })
    for (let i = 0; i < 50; i++) await append(store, i % 3, added(i))
    const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
    await startRuntime(runtime)
    await until(() => seen.length >= 50)
    for (let i = 50; i < 100; i++) await append(store, i % 3, added(i))
    const last = await append(store, 1, added(100))
    right(await runtime.waitFor(['seer'], last)())
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, i) => i))
    for (const stream of [0, 1, 2]) {
      const own = seen.filter((n) => n % 3 === stream && n < 100)
      expect(own).toEqual([...own].sort((a, b) => a - b))
    }
    await runtime.stop()
    expect(right(await store.checkpoints(['seer'])()).positions).toEqual({ seer: last })
    const again = makeHandlerRuntime({ store, handlers: [handler], limits })
    await startRuntime(again)
    const more = await append(store, 0, added(101))
    right(await again.waitFor(['seer'], more)())
    expect(seen).toHaveLength(102)
    await again.stop()
  })

  it('parks a failing event and those behind it; other streams continue; a retry unblocks the lane', async () => {
    const store = makeMemoryStore()
    const seen: Array<string> = []
    let works = false
    const runtime = makeHandlerRuntime({
      store,
      limits,
      handlers: [
        EventHandler.make({
          name: 'seer',
          from: [things],
          start: 'origin',
          onFailure: FailurePolicy.make('park', limitRetries(1)),
          handle: ({ event, stream, version }) => {
            if (event.type === 'Broken' && !works) return TE.left('no')
            seen.push(`${stream}@${version}`)
            return TE.right(undefined)
          },
        }),
      ],
    })
    await startRuntime(runtime)
    await append(store, 'a', added(1), broken, added(2))
    await append(store, 'b', added(1))
    const last = await append(store, 'a', added(3))
    right(await runtime.waitFor(['seer'], last)())
    expect(seen).toEqual(['thing-a@1', 'thing-b@1'])
    const parked = right(await store.listDocuments({ name: 'seer', kind: 'parked' })())
    expect(parked.documents.map(({ data }) => data)).toMatchObject([
      { stream: 'thing-a', version: 2, behind: false, why: 'the handler returned "no"' },
      { stream: 'thing-a', version: 3, behind: true },
      { stream: 'thing-a', version: 4, behind: true },
    ])
    works = true
    const [first] = parked.documents
    expect(first && right(await store.requestAction(first, 'retry')())).toBe(true)
    await until(() => seen.length >= 5)
    expect(seen).toEqual(['thing-a@1', 'thing-b@1', 'thing-a@2', 'thing-a@3', 'thing-a@4'])
    await until(async () => right(await store.handlerStatuses())[0]?.parked === 0)
    const free = await append(store, 'a', added(4))
    right(await runtime.waitFor(['seer'], free)())
    expect(seen.at(-1)).toBe('thing-a@5')
    await runtime.stop()
  })
})

describe('a projection', () => {
  it('is folded by key, with each event once, and is the same after two rebuilds', async () => {
    const store = makeMemoryStore()
    const sums = Projection.make({
      name: 'sums',
      from: [things],
      partitions: 4,
      view: t.strict({ sum: t.number, events: t.number }),
      key: ({ stream }) => stream,
      project: (view, { event }) => ({
        sum: (view?.sum ?? 0) + (event.type === 'Added' ? event.data.n : 0),
        events: (view?.events ?? 0) + 1,
      }),
    })
    for (let i = 0; i < 200; i++) await append(store, i % 10, added(i))
    const runtime = makeHandlerRuntime({ store, handlers: [sums], limits })
    await startRuntime(runtime)
    const last = await append(store, 3, added(1000))
    right(await runtime.waitFor(['sums'], last)())
    const before = right(await store.listDocuments({ name: 'sums', kind: 'view' })())
    expect(before.documents).toHaveLength(10)
    expect(before.documents.reduce((sum, { data }) => sum + Number((data as { sum: number }).sum), 0)).toBe(
      19900 + 1000,
    )
    for (let i = 0; i < 2; i++) {
      right(await runtime.rebuild('sums')())
      await until(
        async () => right(await store.listDocuments({ name: 'sums', kind: 'view' })()).generation === 1_000_001 + i,
      )
      const after = right(await store.listDocuments({ name: 'sums', kind: 'view' })())
      expect(after.documents.map(({ key, data }) => [key, data])).toEqual(
        before.documents.map(({ key, data }) => [key, data]),
      )
    }
    await runtime.stop()
  })
})
