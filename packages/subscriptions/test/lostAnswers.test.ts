import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, Projection, Views } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import * as t from 'io-ts'
import { added, append, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 0 }

const counts = Projection.make({
  name: 'counts',
  from: [things],
  view: t.number,
  key: ({ stream }) => stream,
  project: (count) => (count ?? 0) + 1,
})

const countOf = async (store: MemoryStore) => {
  const { views } = right(await Views.make(counts, store).list()())
  return views.reduce((sum, [, count]) => sum + count, 0)
}

type Operation = 'heartbeat' | 'readLog' | 'listDocuments' | 'getDocuments' | 'commit'

/**
 * The store of one process that loses answers: the request is executed, and its answer never arrives. `lose` chooses
 * the requests.
 */
const lossy = (store: MemoryStore, name: Operation, lose: (call: number) => boolean) => {
  let calls = 0
  // Functions to requests, all of them.
  const operation = store[name] as (...input: ReadonlyArray<unknown>) => () => Promise<unknown>
  const lost =
    (...input: ReadonlyArray<unknown>) =>
    async () => {
      const call = calls++
      const answer = await operation(...input)()
      return lose(call) ? new Promise(() => {}) : answer
    }
  // The same functions, under the same names.
  return { store: { ...store, [name]: lost } as unknown as MemoryStore, calls: () => calls }
}

const run = (store: MemoryStore) => makeHandlerRuntime({ store, handlers: [counts], limits })

describe('an answer that never comes', () => {
  it.each<Operation>(['heartbeat', 'readLog', 'listDocuments', 'getDocuments', 'commit'])(
    'is requested again: %s',
    async (name) => {
      const store = makeMemoryStore()
      // The first three: one for each attempt that looks like the only one.
      const { store: seen, calls } = lossy(store, name, (call) => call < 3)
      const runtime = run(seen)
      await startRuntime(runtime)
      for (let i = 0; i < 20; i++) await append(store, i % 4, added(1))
      await until(async () => calls() > 3 && (await countOf(store)) >= 20)
      await runtime.stop()
      expect(calls()).toBeGreaterThan(3)
      expect(await countOf(store)).toBe(20)
    },
  )

  it('to a heartbeat does not block the next heartbeat: no lease is lost', async () => {
    const store = makeMemoryStore()
    const { store: seen, calls } = lossy(store, 'heartbeat', (call) => call % 3 === 2)
    const runtime = run(seen)
    await startRuntime(runtime)
    await until(() => calls() > 12)
    const [status] = right(await store.handlerStatuses())
    // Taken once, at the beginning.
    expect(status?.partitions.map(({ epoch }) => epoch)).toEqual([1])
    await runtime.stop()
  })
})

describe('answers that take longer than a lease', () => {
  it('are waited for', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 20; i++) await append(store, i % 4, added(1))
    const slow: MemoryStore = {
      ...store,
      readLog: (query) => async () => {
        const page = await store.readLog(query)()
        await new Promise((resolve) => setTimeout(resolve, 2 * limits.leaseTime))
        return page
      },
    }
    const runtime = run(slow)
    await startRuntime(runtime)
    await until(async () => (await countOf(store)) === 20)
    await runtime.stop()
  })
})
