import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime, Projection, pull } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, interceptCalls, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 200, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 50 }

/** A store that answers no request once it is silenced. */
const silenceable = (store: MemoryStore) => {
  let silent = false
  const calls = new Map<string, number>()
  const through = (name: string, request: () => Promise<unknown>) => async (): Promise<unknown> => {
    calls.set(name, (calls.get(name) ?? 0) + 1)
    return silent ? new Promise(() => {}) : request()
  }
  return {
    store: interceptCalls(store, through),
    silence: () => {
      silent = true
    },
    calls: (name: string) => calls.get(name) ?? 0,
  }
}

const handlers = () => [
  Projection.make({
    name: 'counts',
    from: [things],
    partitions: 4,
    view: t.number,
    key: ({ stream }) => stream,
    project: (count) => (count ?? 0) + 1,
  }),
  EventHandler.make({ name: 'seer', from: [things], start: 'origin', handle: () => async () => E.right(undefined) }),
]

describe('a store that never answers', () => {
  it('does not prevent the stop of a runtime, in the midst of work', async () => {
    const { store, silence, calls } = silenceable(makeMemoryStore())
    const runtime = makeHandlerRuntime({ store, handlers: handlers(), limits })
    await startRuntime(runtime)
    right(await runtime.waitFor(['counts', 'seer'], await append(store, 1, added(1)))())
    const inner = [append(store, 2, added(2)), append(store, 3, added(3))]
    await Promise.all(inner)
    const commits = calls('commit')
    silence()
    await until(() => calls('commit') > commits || calls('readLog') > 0)
    await runtime.stop()
  })

  it('nor before it has started', async () => {
    for (const name of ['generations', 'register', 'settledPosition'] as const) {
      const store = makeMemoryStore()
      const { store: seen, silence, calls } = silenceable(store)
      silence()
      // Silent for one request only.
      const one = { ...store, [name]: seen[name] } as MemoryStore
      const [first] = handlers()
      if (first === undefined) throw new Error('no handler')
      const runtime = makeHandlerRuntime({ store: one, handlers: [{ ...first, start: 'now' } as typeof first], limits })
      const starting = runtime.start()
      await until(() => calls(name) > 0)
      await runtime.stop()
      expect(await starting).toMatchObject({ _tag: 'Left', left: { _tag: 'StoreUnavailable' } })
    }
  })

  it('nor the end of a pull subscription', async () => {
    for (const name of ['register', 'heartbeat', 'readLog', 'commit', 'release'] as const) {
      const store = makeMemoryStore()
      await append(store, 1, added(1))
      const { store: seen, silence, calls } = silenceable(store)
      const one = { ...store, [name]: seen[name] } as MemoryStore
      const events = pull({ store: one, name: 'pulled', leaseTime: 200, pollInterval: 20 })
      if (name === 'register') silence()
      const first = events.next()
      if (name === 'register') await until(() => calls(name) > 0)
      else {
        const { value } = await first
        silence()
        if (value !== undefined && E.isRight(value)) value.right.ack()
        const next = events.next()
        await events.return()
        expect(await next).toMatchObject({ done: true })
      }
      await events.return()
    }
  })

  it('nor with any single request', async () => {
    for (const name of [
      'heartbeat',
      'release',
      'promote',
      'retire',
      'readLog',
      'dueDocuments',
      'checkpoints',
    ] as const) {
      const store = makeMemoryStore()
      const { store: seen, silence } = silenceable(store)
      const one = { ...store, [name]: seen[name] } as MemoryStore
      const runtime = makeHandlerRuntime({ store: one, handlers: handlers(), limits })
      await startRuntime(runtime)
      right(await runtime.waitFor(['counts', 'seer'], await append(store, 1, added(1)))())
      silence()
      right(await runtime.rebuild('counts')())
      await append(store, 1, added(2))
      await runtime.stop()
    }
  })
})
