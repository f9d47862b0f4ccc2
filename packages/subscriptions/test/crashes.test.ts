import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, type HandlerRuntime, makeHandlerRuntime, Projection, Views } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, cuttable, right, startRuntime, things, until } from './fixtures.ts'

/** Leases so short that a process that is cut off is replaced soon. */
const limits = { leaseTime: 60, idleCommitInterval: 5, pollInterval: 20, batchSize: 7, pageSize: 11, stopTimeout: 0 }

const partitions = 3

/** Each view lists the versions that it was given: a missing, duplicate or reordered event shows. */
const lists = (version = 1) =>
  Projection.make({
    name: 'lists',
    version,
    from: [things],
    partitions,
    view: t.readonlyArray(t.number),
    key: ({ stream }) => stream,
    project: (list, event) => [...(list ?? []), event.version],
  })

const streams = 4

const expected = (events: number) =>
  Object.fromEntries(
    Array.from({ length: Math.min(streams, events) }, (_, stream) => [
      `thing-${stream}`,
      Array.from({ length: Math.ceil((events - stream) / streams) }, (_, i) => i + 1),
    ]),
  )

const viewsOf = async (store: MemoryStore) => Object.fromEntries(right(await Views.make(lists(), store).list()()).views)

/** What happens to processes, one thing after another. */
const happening = fc.oneof(
  fc.record({ what: fc.constant('write' as const), events: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ what: fc.constantFrom('unavailable' as const, 'unanswered' as const), process: fc.nat(2) }),
  fc.record({ what: fc.constantFrom('start' as const, 'stop' as const), process: fc.nat(2) }),
  fc.record({ what: fc.constant('wait' as const), turns: fc.nat(6) }),
  fc.record({ what: fc.constant('rebuild' as const), process: fc.nat(2) }),
)

interface Process {
  readonly runtime: HandlerRuntime
  readonly cut: ReturnType<typeof cuttable>
}

describe('whatever happens to the processes of a handler', () => {
  it('a projection gets every event once and in order; an event handler at least once, and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 25 }), async (happenings) => {
        const store = makeMemoryStore()
        let written = 0
        /** First deliveries only: what is repeated after a crash was there before. */
        const firsts = new Map<string, Array<number>>()
        const seer = EventHandler.make({
          name: 'seer',
          from: [things],
          start: 'origin',
          partitions,
          handle:
            ({ stream, version }) =>
            async () => {
              const seen = firsts.get(stream) ?? []
              if (!seen.includes(version)) firsts.set(stream, [...seen, version])
              return E.right(undefined)
            },
        })
        const processes = new Map<number, Process>()
        const ended: Array<Promise<void>> = []
        const begin = async (n: number): Promise<void> => {
          if (processes.has(n)) return
          const cut = cuttable(store)
          const runtime = makeHandlerRuntime({ store: cut.store, handlers: [lists(), seer], limits })
          processes.set(n, { runtime, cut })
          await startRuntime(runtime)
        }
        await begin(0)
        for (const one of happenings) {
          if (one.what === 'write') {
            for (let i = 0; i < one.events; i++) await append(store, written++ % streams, added(i))
          } else if (one.what === 'wait') {
            for (let i = 0; i < one.turns; i++) await new Promise(setImmediate)
          } else {
            const process = processes.get(one.process)
            if (one.what === 'start') await begin(one.process)
            else if (one.what === 'rebuild') await process?.runtime.rebuild('lists')()
            else if (process !== undefined) {
              processes.delete(one.process)
              // A crashed process is one that no longer reaches the store. Its stop only ends its loops.
              if (one.what !== 'stop') process.cut.cut(one.what)
              ended.push(process.runtime.stop())
            }
          }
        }
        const cut = cuttable(store)
        const last = makeHandlerRuntime({ store: cut.store, handlers: [lists(), seer], limits })
        await startRuntime(last)
        right(await last.waitFor(['lists', 'seer'], written, 20_000)())
        expect(await viewsOf(store)).toEqual(expected(written))
        for (const seen of firsts.values()) expect(seen).toEqual([...seen].sort((a, b) => a - b))
        expect([...firsts.values()].flat()).toHaveLength(written)
        await Promise.all([...ended, last.stop(), ...[...processes.values()].map(({ runtime }) => runtime.stop())])
      }),
      { numRuns: 25 },
    )
  })

  it('a process that is cut off begins nothing more once its lease may have expired', async () => {
    const store = makeMemoryStore()
    const cut = cuttable(store)
    const seen: Array<number> = []
    const slow = EventHandler.make({
      name: 'slow',
      from: [things],
      start: 'origin',
      concurrency: 1,
      handle:
        ({ position }) =>
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          seen.push(position)
          return E.right(undefined)
        },
    })
    for (let i = 0; i < 400; i++) await append(store, 1, added(i))
    const runtime = makeHandlerRuntime({
      store: cut.store,
      handlers: [slow],
      limits: { ...limits, batchSize: 400, pageSize: 400 },
    })
    await startRuntime(runtime)
    await until(() => seen.length > 0)
    cut.cut('unavailable')
    const commits = cut.calls('commit')
    // Far less than the two seconds and more that all of them take.
    await until(() => cut.calls('commit') > commits)
    expect(seen.length).toBeLessThan(300)
    await runtime.stop()
  })
})

describe('a partition that another member owns', () => {
  it('is left by its former owner at the first commit that is fenced', async () => {
    const store = makeMemoryStore()
    const seer = (seen: Array<number>) =>
      EventHandler.make({
        name: 'seer',
        from: [things],
        start: 'origin',
        handle:
          ({ position }) =>
          async () => {
            seen.push(position)
            return E.right(undefined)
          },
      })
    const [old, young]: [Array<number>, Array<number>] = [[], []]
    // Heartbeats so rare that none of them reveals it.
    const rare = { ...limits, leaseTime: 600_000 }
    const first = makeHandlerRuntime({ store, handlers: [seer(old)], limits: rare })
    await startRuntime(first)
    right(await first.waitFor(['seer'], await append(store, 1, added(1)))())
    const [status] = right(await store.handlerStatuses())
    const epoch = status?.partitions[0]?.epoch ?? 0
    right(
      await store.release([
        {
          name: 'seer',
          generation: 1_000_000,
          partition: 0,
          epoch,
          revision: 0,
          position: 0,
          anchor: null,
          released: true,
        },
      ])(),
    )
    const second = makeHandlerRuntime({ store, handlers: [seer(young)], limits: rare })
    await startRuntime(second)
    await until(async () => right(await store.handlerStatuses())[0]?.partitions[0]?.holder !== null)
    for (let i = 0; i < 20; i++) right(await second.waitFor(['seer'], await append(store, 1, added(i)))())
    expect(young).toHaveLength(20)
    // The work in flight at that moment.
    expect(old.length).toBeLessThan(5)
    await Promise.all([first.stop(), second.stop()])
  })
})

describe('a partition that is taken over while the log is read', () => {
  it('misses no event before the page that was being read', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 200; i++) await append(store, i % 16, added(i))
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let held = 0
    const slow: MemoryStore = {
      ...store,
      readLog: (options) => async () => {
        if ((options?.after ?? 0) > 50) {
          held++
          await gate
        }
        return store.readLog(options)()
      },
    }
    // Another member holds a partition, at its beginning.
    right(await store.register({ name: 'lists', generation: 1_000_000, partitions, start: 0 })())
    const other = {
      name: 'lists',
      generation: 1_000_000,
      member: 'other',
      leaseTime: 60_000,
      capacity: 1,
      report: null,
    }
    const leases = right(await store.heartbeat([other])())[0]?.leases ?? []
    const runtime = makeHandlerRuntime({ store: slow, handlers: [lists()], limits })
    await startRuntime(runtime)
    await until(() => held > 0)
    right(await store.heartbeat([{ ...other, capacity: 0 }])())
    right(await store.release(leases)())
    await until(
      async () => right(await store.handlerStatuses())[0]?.partitions.every(({ holder }) => holder !== null) ?? false,
    )
    await new Promise((resolve) => setTimeout(resolve, 0))
    open()
    right(await runtime.waitFor(['lists'], 200)())
    const { views } = right(await Views.make(lists(), store).list()())
    expect(views.reduce((sum, [, versions]) => sum + versions.length, 0)).toBe(200)
    await runtime.stop()
  })
})

describe('a rebuild', () => {
  it('is interrupted by a stop, and finished by another process with the events that came meanwhile', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 200; i++) await append(store, i % streams, added(i))
    const first = makeHandlerRuntime({ store, handlers: [lists()], limits: { ...limits, batchSize: 1 } })
    await startRuntime(first)
    right(await first.waitFor(['lists'], 200)())
    right(await first.rebuild('lists')())
    right(await first.rebuild('lists')()) // While a rebuild is in progress, it is the requested one.
    expect(right(await first.status()).handlers.map(({ building }) => building)).toEqual([false, true])
    await first.stop()
    for (let i = 200; i < 300; i++) await append(store, i % streams, added(i))
    const second = makeHandlerRuntime({ store, handlers: [lists()], limits })
    await startRuntime(second)
    await until(async () => {
      const page = right(await store.listDocuments({ name: 'lists', kind: 'view' })())
      // A generation that serves has caught up, whichever it is.
      expect(page.position).toBeGreaterThanOrEqual(200)
      return page.generation === 1_000_001
    })
    right(await second.waitFor(['lists'], 300)())
    expect(await viewsOf(store)).toEqual(expected(300))
    await second.stop()
  })

  it('follows from a raised version; the old code serves until then, and does nothing after that', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 100; i++) await append(store, i % streams, added(i))
    const old = makeHandlerRuntime({ store, handlers: [lists()], limits })
    await startRuntime(old)
    right(await old.waitFor(['lists'], 100)())
    const newer = makeHandlerRuntime({ store, handlers: [lists(2)], limits })
    await startRuntime(newer)
    await until(
      async () => right(await store.listDocuments({ name: 'lists', kind: 'view' })()).generation === 2_000_000,
    )
    for (let i = 100; i < 150; i++) await append(store, i % streams, added(i))
    right(await old.waitFor(['lists'], 150)()) // In any process.
    expect(await viewsOf(store)).toEqual(expected(150))
    await old.stop()
    const errors: Array<string> = []
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (message: string) => errors.push(message) }
    const back = makeHandlerRuntime({ store, handlers: [lists()], limits, logger: log })
    await startRuntime(back)
    expect(errors).toEqual(['a newer version of a handler serves; this process does nothing for it'])
    expect(await back.rebuild('lists')()).toMatchObject({ _tag: 'Left' })
    await Promise.all([back.stop(), newer.stop()])
  })

  it('is rejected for a handler with effects', async () => {
    const store = makeMemoryStore()
    const handler = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      handle: () => async () => E.right(undefined),
    })
    const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
    await startRuntime(runtime)
    expect(await runtime.rebuild('seer')()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await runtime.rebuild('unknown')()).toMatchObject({ left: { _tag: 'UnknownHandler', known: ['seer'] } })
    await runtime.stop()
  })
})

describe('waiting', () => {
  it('ends when handlers of any process arrive, or after the timeout with the names of late ones', async () => {
    const store = makeMemoryStore()
    const runs = makeHandlerRuntime({ store, handlers: [lists()], limits })
    const only = makeHandlerRuntime({ store, handlers: [], limits })
    await startRuntime(runs)
    await startRuntime(only)
    const position = await append(store, 1, added(1))
    right(await only.waitFor(['lists'], position)())
    right(await runs.waitFor(['lists'], position)())
    right(await runs.waitFor([], position)())
    expect(await only.waitFor(['lists'], position + 1, 30)()).toEqual(
      E.left({ _tag: 'HandlersTimedOut', position: position + 1, late: ['lists'], milliseconds: 30 }),
    )
    expect(await only.waitFor(['lists', 'unknown'], position + 1)()).toEqual(
      E.left({ _tag: 'UnknownHandler', name: 'unknown', known: ['lists'] }),
    )
    expect(await only.waitFor(['lists'], Number.NaN)()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await only.waitFor([''], 1)()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    const waiting = only.waitFor(['lists'], 99, Number.POSITIVE_INFINITY)()
    await only.stop()
    expect(await waiting).toMatchObject({ left: { _tag: 'HandlersTimedOut' } })
    await runs.stop()
  })

  it('of two processes with twelve idle handlers costs a few calls for each heartbeat', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 20; i++) await append(store, i, added(i))
    const handlers = Array.from({ length: 12 }, (_, i) => ({ ...lists(), name: `lists-${i}` }))
    const both = [cuttable(store), cuttable(store)]
    const runtimes = both.map((cut) =>
      makeHandlerRuntime({ store: cut.store, handlers, limits: { ...limits, leaseTime: 600, pollInterval: 100 } }),
    )
    for (const runtime of runtimes) await startRuntime(runtime)
    for (const runtime of runtimes)
      right(
        await runtime.waitFor(
          handlers.map(({ name }) => name),
          20,
        )(),
      )
    const heartbeats = () => both.reduce((sum, { calls }) => sum + calls('heartbeat'), 0)
    const reads = () => both.reduce((sum, { calls }) => sum + calls('readLog'), 0)
    const total = () => both.reduce((sum, cut) => sum + cut.total(), 0)
    // Partitions are shared out after a few heartbeats.
    const settled = heartbeats() + 8
    await until(() => heartbeats() >= settled)
    const before = { total: total(), heartbeats: heartbeats(), reads: reads() }
    await until(() => heartbeats() >= before.heartbeats + 6)
    const others = total() - before.total - (heartbeats() - before.heartbeats) - (reads() - before.reads)
    // One read of all generations for each heartbeat; nothing for each handler.
    expect(others).toBeLessThanOrEqual(heartbeats() - before.heartbeats + 2)
    for (const runtime of runtimes) await runtime.stop()
  })
})
