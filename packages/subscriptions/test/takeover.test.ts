import { storeUnavailable } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  makeHandlerRuntime,
  ProcessManager,
  Projection,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, cuttable, right, startRuntime, tables, things, until } from './fixtures.ts'

const counts = (partitions: number) =>
  Projection.make({
    name: 'counts',
    from: [things],
    partitions,
    view: t.number,
    key: ({ stream }) => stream,
    project: (count) => (count ?? 0) + 1,
  })

const ref = { name: 'counts', generation: 1_000_000 }

/** Regular heartbeats are minutes apart. */
const rare = { leaseTime: 600_000, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 0 }

describe('a lease that expires', () => {
  it('is taken over at that moment, and not with the next regular heartbeat', async () => {
    const store = makeMemoryStore()
    right(await store.register({ ...ref, partitions: 2, start: 0 })())
    const dead = { ...ref, member: 'dead', leaseTime: 200, capacity: 2, report: null }
    expect(right(await store.heartbeat([dead])())[0]?.leases).toHaveLength(2)
    const runtime = makeHandlerRuntime({ store, handlers: [counts(2)], limits: rare })
    await startRuntime(runtime)
    right(await runtime.waitFor(['counts'], await append(store, 1, added(1)))())
    await runtime.stop()
  })

  it('and cannot be taken over yet causes no heartbeats without a pause', async () => {
    const store = makeMemoryStore()
    let heartbeats = 0
    const seen: MemoryStore = {
      ...store,
      heartbeat: (all) => {
        heartbeats++
        return TE.Functor.map(store.heartbeat(all), (answers) =>
          // It has expired, and cannot be taken over: another member is renewing it just now.
          answers.map((answer) => ({ ...answer, nextHeartbeatIn: 0 })),
        )
      },
    }
    const runtime = makeHandlerRuntime({ store: seen, handlers: [counts(2)], limits: rare })
    const from = performance.now()
    await startRuntime(runtime)
    await until(() => heartbeats > 10)
    // Ten pauses of 20 ms lie between them; timers may be a little early.
    expect(performance.now() - from).toBeGreaterThan(150)
    await runtime.stop()
  })
})

describe('partitions that are taken over together', () => {
  it('are opened by the same few statements as one', async () => {
    const requestsFor = async (partitions: number) => {
      const store = makeMemoryStore()
      const { store: seen, calls } = cuttable(store)
      const paying = ProcessManager.make({
        name: 'paying',
        from: [things],
        start: 'origin',
        partitions,
        state: t.number,
        initialState: 0,
        key: ({ stream }) => stream,
        evolve: (count: number) => count + 1,
        react: () => [],
      })
      const runtime = makeHandlerRuntime({
        store: seen,
        handlers: [counts(partitions), paying],
        dispatch: () => TE.right(undefined),
        limits: rare,
      })
      await startRuntime(runtime)
      right(await runtime.waitFor(['counts', 'paying'], await append(store, 1, added(1)))())
      const lists = calls('listDocuments')
      await runtime.stop()
      return lists
    }
    // Stops, parked events, gaps and attempts, of both; commands, of one.
    expect(await requestsFor(1)).toBe(9)
    expect(await requestsFor(64)).toBe(9)
  })

  it('are released down to the fair share, also while one of them takes long to end', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 60; i++) await append(store, i, added(1))
    let begun = 0
    let finish = (): void => {}
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    const seer = (first: boolean) =>
      EventHandler.make({
        name: 'seer',
        from: [things],
        start: 'origin',
        partitions: 6,
        // The first event of partition 0, in the first process, takes for ever.
        handle: () => async () => {
          if (first && begun++ === 0) await slow
          return E.right(undefined)
        },
      })
    const start = async (first: boolean) => {
      const runtime = makeHandlerRuntime({
        store,
        handlers: [seer(first)],
        // A lease that outlasts a busy machine: a lost partition is no surplus, and is never released.
        limits: { leaseTime: 3_000, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 0 },
      })
      await startRuntime(runtime)
      return runtime
    }
    const held = async () => {
      const [handler] = right(await store.handlerStatuses())
      const holders = (handler?.partitions ?? []).map(({ holder }) => holder)
      return [...new Set(holders)].map((one) => holders.filter((other) => other === one).length).sort((a, b) => a - b)
    }
    const first = await start(true)
    await until(() => begun > 0)
    const second = await start(false)
    // The one that takes long is more than its share, and stays; the other two leave.
    await until(async () => (await held()).join() === '2,4')
    const third = await start(false)
    // Three processes, two each; and the one that takes long.
    await until(async () => (await held()).join() === '1,2,3')
    finish()
    await until(async () => (await held()).join() === '2,2,2')
    await Promise.all([first.stop(), second.stop(), third.stop()])
  })

  it('are released without waiting for a transaction that has not begun', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 40; i++) await append(store, i, added(1))
    const { transactions, rows } = tables(store)
    let waiting = 0
    /** No connection is free, and none will be: every waiter waits until its signal fires. */
    const none: typeof transactions = {
      commitWithin: (_commit, _work, signal) => async () => {
        waiting++
        await new Promise<void>((resolve) => {
          if (signal?.aborted) resolve()
          signal?.addEventListener('abort', () => resolve())
        })
        return E.left(storeUnavailable('it was aborted before it began', true, undefined))
      },
    }
    const notes = (through: typeof transactions) =>
      TransactionalHandler.make({
        name: 'notes',
        from: [things],
        partitions: 4,
        transactions: through,
        handle: (own, events) => async () => {
          for (const { stream } of events) own.push(stream)
          return E.right(undefined)
        },
      })
    const limits = { leaseTime: 150, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 0 }
    const first = makeHandlerRuntime({ store, handlers: [notes(none)], limits })
    await startRuntime(first)
    await until(() => waiting === 4)
    const second = makeHandlerRuntime({ store, handlers: [notes(transactions)], limits })
    await startRuntime(second)
    // Two of the four are its own, while the first still waits with the others.
    await until(async () => {
      const [handler] = right(await store.handlerStatuses())
      return handler?.partitions.filter(({ position }) => position > 0).length === 2
    })
    await first.stop()
    right(await second.waitFor(['notes'], 40)())
    expect(rows().toSorted()).toEqual(Array.from({ length: 40 }, (_, i) => `thing-${i}`).toSorted())
    await second.stop()
  })
})
