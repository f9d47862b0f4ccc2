import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  type HandlerRuntime,
  makeHandlerRuntime,
  Projection,
  type RuntimeOptions,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, isRequest, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }

const counts = (partitions = 8) =>
  Projection.make({
    name: 'counts',
    from: [things],
    partitions,
    view: t.strict({ last: t.number, events: t.number }),
    key: ({ stream }) => stream,
    project: (view, { version }) => ({ last: version, events: (view?.events ?? 0) + 1 }),
  })

const run = async (options: Omit<RuntimeOptions, 'limits'>): Promise<HandlerRuntime> => {
  const runtime = makeHandlerRuntime({ ...options, limits })
  await startRuntime(runtime)
  return runtime
}

/** Numbers of partitions by holder, sorted. */
const shares = async (store: MemoryStore): Promise<ReadonlyArray<number>> => {
  const held = new Map<string, number>()
  for (const { partitions } of right(await store.handlerStatuses()))
    for (const { holder } of partitions) if (holder !== null) held.set(holder, (held.get(holder) ?? 0) + 1)
  return [...held.values()].sort((a, b) => a - b)
}

/** Each stream is a document that has seen every version once, in order: its count is its last version. */
const expectOnce = async (store: MemoryStore, events: number) => {
  const page = right(await store.listDocuments({ name: 'counts', kind: 'view', count: 10_000 })())
  // Made by the codec of the view.
  const views = page.documents.map(({ data }) => data as { readonly last: number; readonly events: number })
  expect(views.every(({ last, events: seen }) => last === seen)).toBe(true)
  expect(views.reduce((sum, { events: seen }) => sum + seen, 0)).toBe(events)
}

/** The store of a process that can be paused: its requests in the meantime are answered when it resumes. */
const pausable = (store: MemoryStore) => {
  let paused: Promise<void> = Promise.resolve()
  let resume = (): void => {}
  const held = Object.fromEntries(
    Object.entries(store).map(([name, member]) => {
      const wait = (request: () => Promise<unknown>) => async (): Promise<unknown> => {
        await paused
        return request()
      }
      if (name === 'onAppend') return [name, member]
      if (isRequest(name)) return [name, wait(member as () => Promise<unknown>)]
      // The rest of a store are functions to requests.
      const call = member as (...args: ReadonlyArray<unknown>) => () => Promise<unknown>
      return [name, (...args: ReadonlyArray<unknown>) => wait(call(...args))]
    }),
  )
  return {
    store: held as unknown as MemoryStore, // The same functions, under the same names.
    pause: () => {
      paused = new Promise((resolve) => {
        resume = resolve
      })
    },
    resume: () => resume(),
  }
}

describe('a consumer group', () => {
  it('shares partitions fairly as processes join and leave, and each event takes effect once', async () => {
    const store = makeMemoryStore()
    let written = 0
    const write = async (n: number) => {
      for (let i = 0; i < n; i++) await append(store, i % 40, added(written++))
    }
    await write(200)
    const first = await run({ store, handlers: [counts()] })
    await until(async () => (await shares(store)).join() === '8')
    const second = await run({ store, handlers: [counts()] })
    await write(200)
    await until(async () => (await shares(store)).join() === '4,4')
    const third = await run({ store, handlers: [counts()] })
    await until(async () => (await shares(store)).join() === '2,3,3')
    await write(200)
    await second.stop()
    await until(async () => (await shares(store)).join() === '4,4')
    await write(200)
    const last = await append(store, 0, added(0))
    right(await third.waitFor(['counts'], last)())
    await expectOnce(store, 801)
    await Promise.all([first.stop(), third.stop()])
    expect(await shares(store)).toEqual([])
  })

  it('replaces a process that is paused for longer than its lease, and fences its late commits', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 100; i++) await append(store, i % 10, added(i))
    const slow = pausable(store)
    const paused = await run({ store: slow.store, handlers: [counts(2)] })
    await until(async () => right(await store.checkpoints(['counts'])()).positions['counts'] === 100)
    slow.pause()
    for (let i = 0; i < 100; i++) await append(store, i % 10, added(i))
    const other = await run({ store, handlers: [counts(2)] })
    await until(async () => right(await store.checkpoints(['counts'])()).positions['counts'] === 200)
    slow.resume()
    for (let i = 0; i < 100; i++) await append(store, i % 10, added(i))
    await until(async () => (await shares(store)).join() === '1,1')
    const last = await append(store, 0, added(0))
    right(await paused.waitFor(['counts'], last)())
    await expectOnce(store, 301)
    await Promise.all([paused.stop(), other.stop()])
  })

  it('reads the log once for any number of handlers that have caught up', async () => {
    const store = makeMemoryStore()
    let reads = 0
    const counted: MemoryStore = {
      ...store,
      readLog: (options) => async () => {
        reads++
        return store.readLog(options)()
      },
    }
    const seen: Array<string> = []
    const handlers = Array.from({ length: 12 }, (_, i) =>
      EventHandler.make({
        name: `handler-${i}`,
        from: [things],
        start: 'origin',
        handle: () => {
          seen.push(`${i}`)
          return TE.right(undefined)
        },
      }),
    )
    const runtime = await run({ store: counted, handlers })
    const first = await append(store, 1, added(1))
    right(
      await runtime.waitFor(
        handlers.map(({ name }) => name),
        first,
      )(),
    )
    const before = reads
    for (let i = 0; i < 20; i++) {
      const last = await append(store, i, added(i))
      right(
        await runtime.waitFor(
          handlers.map(({ name }) => name),
          last,
        )(),
      )
    }
    expect(seen).toHaveLength(12 * 21)
    // One read for each append, and one now and then that found nothing new; twelve readers would have needed 240.
    expect(reads - before).toBeLessThan(70)
    await runtime.stop()
  })
})
