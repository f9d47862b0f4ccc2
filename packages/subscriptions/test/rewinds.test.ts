import { EventCodec, type Json, type RecordedEvent } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  FailurePolicy,
  type HandlerRuntime,
  HandlerStop,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  Projection,
  pull,
  type RecoverOptions,
  RuntimeStatus,
  recoverRewound,
  subscribe,
  Views,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { constantDelay } from 'retry-ts'
import { added, append, right, startRuntime, streamOf, ThingEvent, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 20 }

const seer = (seen: Array<number>) =>
  EventHandler.make({
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

const sums = Projection.make({
  name: 'sums',
  from: [things],
  view: t.number,
  key: ({ stream }) => stream,
  project: (sum = 0, { event }) => (event.type === 'Added' ? sum + event.data.n : sum),
})

const inlineSums = InlineProjection.make({
  name: 'sums',
  from: [things],
  view: t.number,
  key: ({ stream }) => stream,
  project: (sum = 0, { event }) => (event.type === 'Added' ? sum + event.data.n : sum),
})

const running = async (store: MemoryStore, ...handlers: RecoverOptions['handlers']) => {
  const runtime = makeHandlerRuntime({ store, handlers, limits })
  await startRuntime(runtime)
  return runtime
}

const statusOf = async (store: MemoryStore, name: string) =>
  right(await RuntimeStatus.read(store)()).handlers.find((one) => one.name === name)

const stopped = (store: MemoryStore, name: string) =>
  until(async () => (await statusOf(store, name))?.state === 'stopped')

/** Appends one event after another, to three streams in turn; returns the last position. */
const appendAll = async (store: MemoryStore, numbers: ReadonlyArray<number>): Promise<number> => {
  let last = 0
  for (const n of numbers) last = await append(store, n % 3, added(n))
  return last
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/**
 * A store whose log went back: a handler has handled 10 events, of which 4 are gone, and `regrown` other events were
 * appended since.
 */
const wentBack = async (regrown: number) => {
  const store = makeMemoryStore()
  const seen: Array<number> = []
  const runtime = await running(store, seer(seen), sums)
  right(await runtime.waitFor(['seer', 'sums'], await appendAll(store, numbers(1, 6)))())
  await until(async () => (await statusOf(store, 'seer'))?.position === 6)
  const restore = store.backup()
  right(await runtime.waitFor(['seer', 'sums'], await appendAll(store, numbers(7, 10)))())
  await until(async () => (await statusOf(store, 'seer'))?.position === 10)
  restore()
  if (regrown > 0) await appendAll(store, numbers(101, 100 + regrown))
  return { store, seen, runtime }
}

const end = async (...runtimes: ReadonlyArray<HandlerRuntime>) => {
  for (const runtime of runtimes) await runtime.stop()
}

describe('handlers whose log went back', () => {
  // The new log is shorter than what was handled, as long, or longer, with other events at the same positions.
  it.each([1, 4, 9])('stop, with both events in the reason, when %i other events follow', async (regrown) => {
    const { store, seen, runtime } = await wentBack(regrown)
    await stopped(store, 'seer')
    await stopped(store, 'sums')
    const [stop] = (await statusOf(store, 'seer'))?.stopped ?? []
    expect(stop?.rewound).toMatchObject({ common: 6 })
    expect(stop?.rewound?.lost.map(({ position }) => position)).toEqual([7, 8, 9, 10])
    expect(stop?.reason).toContain('the log went back')
    expect(stop?.reason).toContain('at position 7')
    // Nothing of the new history was handled.
    expect(seen.filter((n) => n > 100)).toEqual([])
    await end(runtime)
  })

  it.each([0, 1, 4, 9])(
    'continue after a recovery, miss nothing and count nothing twice: %i other events follow',
    async (regrown) => {
      const { store, seen, runtime } = await wentBack(regrown)
      const late = regrown === 0 ? await appendAll(store, [101]) : regrown
      await stopped(store, 'seer')
      await stopped(store, 'sums')
      const report = right(await recoverRewound({ store, handlers: [seer(seen), sums] })())
      expect(report.handlers.map(({ name, outcome, common }) => [name, outcome, common])).toEqual([
        ['seer', 'resumed', 6],
        ['sums', 'resumed', 6],
      ])
      expect(report.handlers[0]?.lost).toHaveLength(4)
      expect(report.handlers[0]?.repeats).toBe(0)
      const last = await appendAll(store, [999])
      right(await runtime.waitFor(['seer', 'sums'], last)())
      expect(seen.filter((n) => n > 100 && n !== 999)).toHaveLength(regrown === 0 ? 1 : late)
      const views = right(await Views.make(sums, store).list()())
      const total = views.views.reduce((sum, [, view]) => sum + view, 0)
      const log = right(await store.readLog()()).events
      expect(total).toBe(log.reduce((sum, event) => sum + numberOf(event), 0))
      expect(right(await recoverRewound({ store, handlers: [seer(seen), sums] })()).handlers).toEqual([])
      await end(runtime)
    },
  )

  it('stop although their checkpoint is in the new history too, when another process has written it', async () => {
    const { store, runtime } = await wentBack(5)
    await stopped(store, 'seer')
    // A process that starts now finds the stop, and handles nothing.
    const other: Array<number> = []
    const second = await running(store, seer(other))
    await appendAll(store, numbers(201, 205))
    await until(async () => (await statusOf(store, 'seer'))?.members.length === 0)
    expect(other).toEqual([])
    await end(runtime, second)
  })

  it('stop and continue although epochs go back with the log, and an epoch is used again', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    // The backup knows the handler, and no member holds its partition.
    const earlier = await running(store, seer(seen))
    right(await earlier.waitFor(['seer'], await appendAll(store, numbers(1, 3)))())
    await earlier.stop()
    const restore = store.backup()
    const runtime = await running(store, seer(seen))
    right(await runtime.waitFor(['seer'], await appendAll(store, numbers(4, 6)))())
    restore()
    await appendAll(store, numbers(101, 109))
    await stopped(store, 'seer')
    expect(seen.filter((n) => n > 100)).toEqual([])
    right(await recoverRewound({ store, handlers: [seer(seen)] })())
    right(await runtime.waitFor(['seer'], await appendAll(store, [110]))())
    expect(seen.filter((n) => n > 100).toSorted((a, b) => a - b)).toEqual(numbers(101, 110))
    await end(runtime)
  })

  it('stop also when their lease went back with the log during the handling of events', async () => {
    const store = makeMemoryStore()
    const once = async () => {
      const runtime = await running(store, seer([]))
      right(await runtime.waitFor(['seer'], await appendAll(store, [1]))())
      await runtime.stop()
    }
    await once()
    const restore = store.backup()
    // Another epoch: the lease that begins after the rewind differs from the current one.
    await once()
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const seen: Array<number> = []
    const held = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      handle:
        ({ event }) =>
        async () => {
          if (event.type === 'Added') seen.push(event.data.n)
          await gate
          return E.right(undefined)
        },
    })
    const runtime = makeHandlerRuntime({ store, handlers: [held], limits })
    await startRuntime(runtime)
    await appendAll(store, numbers(4, 6))
    await until(() => seen.length > 0)
    restore()
    await appendAll(store, numbers(101, 109))
    // Its partition begins anew while the old one has not ended.
    await until(async () => (await statusOf(store, 'seer'))?.members.length !== 0)
    await stopped(store, 'seer')
    open()
    expect(seen.filter((n) => n > 100)).toEqual([])
    await end(runtime)
  })

  it('whose effects are in the store repeat nothing when their history is not known', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    const runtime = await running(store, seer(seen), sums)
    right(await runtime.waitFor(['seer', 'sums'], await appendAll(store, numbers(1, 6)))())
    await until(async () => (await statusOf(store, 'sums'))?.position === 6)
    const restore = store.backup()
    // Like a restart: later events are in a history that begins after the backup.
    store.backup()()
    right(await runtime.waitFor(['seer', 'sums'], await appendAll(store, numbers(7, 10)))())
    restore()
    await appendAll(store, numbers(101, 105))
    await stopped(store, 'sums')
    await stopped(store, 'seer')
    const [stop] = (await statusOf(store, 'sums'))?.stopped ?? []
    expect(stop?.rewound).toMatchObject({ common: null })
    // The process knows less than the checkpoint: only its first event is known to be shared.
    const forgetful = {
      ...store,
      findEvents: (ids: Parameters<MemoryStore['findEvents']>[0]) => store.findEvents(ids.slice(0, 1)),
    }
    const report = right(await recoverRewound({ store: forgetful, handlers: [seer(seen), sums] })())
    expect(report.handlers.map(({ name, outcome, common, after }) => [name, outcome, common, after])).toEqual([
      ['seer', 'resumed', 1, 6],
      ['sums', 'resumed', 1, 6],
    ])
    right(await runtime.waitFor(['seer', 'sums'], await appendAll(store, [999]))())
    const views = right(await Views.make(sums, store).list()())
    const log = right(await store.readLog()()).events
    expect(views.views.reduce((sum, [, view]) => sum + view, 0)).toBe(
      log.reduce((sum, event) => sum + numberOf(event), 0),
    )
    expect(seen.filter((n) => n <= 6).length).toBe(6)
    await end(runtime)
  })

  it.each([
    [1, 1],
    [4, 1],
    [16, 1],
    [4, 2],
  ])('have all lost events in the report, with %d partitions in %d processes', async (partitions, processes) => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    const wide = EventHandler.make({
      name: 'wide',
      from: [things] as const,
      partitions,
      start: 'origin',
      handle:
        ({ event }) =>
        async () => {
          if (event.type === 'Added') seen.push(event.data.n)
          return E.right(undefined)
        },
    })
    const runtimes = [await running(store, wide), ...(processes === 2 ? [await running(store, wide)] : [])]
    const [runtime] = runtimes
    if (runtime === undefined) return
    await until(async () => (await statusOf(store, 'wide'))?.members.length === processes)
    const addTo = (n: number) => append(store, n, added(n))
    for (const n of numbers(1, 10)) await addTo(n)
    right(await runtime.waitFor(['wide'], 10)())
    const restore = store.backup()
    for (const n of numbers(11, 40)) await addTo(n)
    right(await runtime.waitFor(['wide'], 40)())
    restore()
    await addTo(101)
    await stopped(store, 'wide')
    const report = right(await recoverRewound({ store, handlers: [wide] })())
    expect(report.handlers.map(({ common, lost }) => [common, lost.map(({ position }) => position)])).toEqual([
      [10, numbers(11, 40)],
    ])
    right(await runtime.waitFor(['wide'], await addTo(999))())
    expect(seen.filter((n) => n > 100)).toHaveLength(2)
    for (const one of runtimes) await end(one)
  })

  it('stop while a lane is retrying, and repeat nothing that is handled beyond the checkpoint', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    let works = false
    // The first event is retried without end: the checkpoint stays before it, and events of other streams are handled.
    const patient = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      onFailure: FailurePolicy.make('park', constantDelay(20)),
      handle:
        ({ event }) =>
        async () => {
          if (event.type !== 'Added') return E.right(undefined)
          if (event.data.n === 1 && !works) return E.left('not yet')
          seen.push(event.data.n)
          return E.right(undefined)
        },
    })
    const runtime = await running(store, patient)
    const doneTo = async (position: number) => {
      const generation = (await statusOf(store, 'seer'))?.generation ?? 0
      const notes = right(await store.listDocuments({ name: 'seer', generation, kind: 'gaps' })()).documents
      return notes.some(({ data }) => JSON.stringify(data).includes(`"doneTo":${position},`))
    }
    await appendAll(store, [1, 2, 3, 5, 6])
    await until(() => doneTo(5))
    const restore = store.backup()
    await appendAll(store, [8, 9])
    await until(() => doneTo(7))
    restore()
    await appendAll(store, [101])
    await stopped(store, 'seer')
    expect([...seen].sort((a, b) => a - b)).toEqual([2, 3, 5, 6, 8, 9])
    works = true
    const report = right(await recoverRewound({ store, handlers: [patient] })())
    expect(report.handlers.map(({ common, lost }) => [common, lost.length])).toEqual([[5, 2]])
    right(await runtime.waitFor(['seer'], await appendAll(store, [999]))())
    expect([...seen].sort((a, b) => a - b)).toEqual([1, 2, 3, 5, 6, 8, 9, 101, 999])
    await end(runtime)
  })

  it('stop also when they were stopped for another reason before, and that stop is gone with the log', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    const careful = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      onFailure: FailurePolicy.stop,
      handle:
        ({ event }) =>
        async () => {
          if (event.type === 'Added' && event.data.n === 13) return E.left('never')
          if (event.type === 'Added') seen.push(event.data.n)
          return E.right(undefined)
        },
    })
    const runtime = await running(store, careful)
    right(await runtime.waitFor(['seer'], await appendAll(store, numbers(1, 3)))())
    await until(async () => (await statusOf(store, 'seer'))?.position === 3)
    const restore = store.backup()
    right(await runtime.waitFor(['seer'], await appendAll(store, numbers(4, 6)))())
    await appendAll(store, [13])
    await stopped(store, 'seer')
    restore()
    await appendAll(store, numbers(101, 105))
    await stopped(store, 'seer')
    const [stop] = (await statusOf(store, 'seer'))?.stopped ?? []
    expect(stop?.rewound).toMatchObject({ common: 3 })
    expect(seen.filter((n) => n > 100)).toEqual([])
    await end(runtime)
  })

  it('do not read the log without a pause while their work in flight takes long', async () => {
    const memory = makeMemoryStore()
    let reads = 0
    let gone = false
    // As when a transaction is lost that was open when the log went back: the position is there, the events are not.
    const store: MemoryStore = {
      ...memory,
      readLog: (options) => {
        reads++
        return memory.readLog(options)
      },
      findEvents: (ids) => (gone ? async () => E.right([]) : memory.findEvents(ids)),
      verify: (place) => async () => {
        const verified = await memory.verify(place)()
        const { position, history } = place
        const rewound = { _tag: 'LogRewound', position, history, current: 'another', common: position - 1 } as const
        return gone && 'id' in place ? E.left(rewound) : verified
      },
    }
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let begun = false
    const slow = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      handle:
        ({ event }) =>
        async () => {
          if (event.type === 'Added' && event.data.n > 3) {
            begun = true
            await gate
          }
          return E.right(undefined)
        },
    })
    const runtime = await running(store, slow)
    right(await runtime.waitFor(['seer'], await appendAll(store, numbers(1, 3)))())
    await appendAll(store, [4])
    await until(() => begun)
    gone = true
    memory.backup()()
    await appendAll(store, [5])
    const before = reads
    await new Promise((resolve) => setTimeout(resolve, 500))
    // Without a pause there are thousands.
    expect(reads - before).toBeLessThan(100)
    open()
    await stopped(memory, 'seer')
    await end(runtime)
  })

  it('are not set back by a second recovery that has read the status before the first', async () => {
    const { store, runtime } = await wentBack(1)
    await stopped(store, 'sums')
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let isRead = false
    const slow: MemoryStore = {
      ...store,
      resetCheckpoints: (partitions) => async () => {
        isRead = true
        await gate
        return store.resetCheckpoints(partitions)()
      },
    }
    const second = recoverRewound({ store: slow, handlers: [sums] })()
    await until(() => isRead)
    right(await recoverRewound({ store, handlers: [sums] })())
    const position = await appendAll(store, [1_000])
    await until(async () => (await statusOf(store, 'sums'))?.position === position)
    open()
    expect(right(await second).handlers).toMatchObject([{ name: 'sums', outcome: 'recoveredBefore', common: 6 }])
    right(await runtime.waitFor(['sums'], await appendAll(store, [10_000]))())
    const views = right(await Views.make(sums, store).list()())
    const log = right(await store.readLog()()).events
    expect(views.views.reduce((sum, [, view]) => sum + view, 0)).toBe(
      log.reduce((sum, event) => sum + numberOf(event), 0),
    )
    await end(runtime)
  })

  it('stop again when their stop is gone because the log went back once more', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    const runtime = await running(store, seer(seen))
    right(await runtime.waitFor(['seer'], await appendAll(store, numbers(1, 6)))())
    await until(async () => (await statusOf(store, 'seer'))?.position === 6)
    const restore = store.backup()
    right(await runtime.waitFor(['seer'], await appendAll(store, numbers(7, 10)))())
    await until(async () => (await statusOf(store, 'seer'))?.position === 10)
    restore()
    await appendAll(store, numbers(101, 102))
    await stopped(store, 'seer')
    restore()
    await appendAll(store, numbers(201, 209))
    await stopped(store, 'seer')
    expect(seen.filter((n) => n > 100)).toEqual([])
    const report = right(await recoverRewound({ store, handlers: [seer(seen)] })())
    expect(report.handlers).toMatchObject([{ common: 6, repeats: 0 }])
    expect(report.handlers[0]?.lost.map(({ position }) => position)).toEqual([7, 8, 9, 10])
    right(await runtime.waitFor(['seer'], await appendAll(store, [999]))())
    expect(seen.filter((n) => n > 100)).toHaveLength(10)
    await end(runtime)
  })

  it('stop again when they are resumed and not recovered', async () => {
    const { store, seen, runtime } = await wentBack(9)
    await stopped(store, 'seer')
    const stopOf = async () => (await statusOf(store, 'seer'))?.stopped[0]
    const first = await stopOf()
    expect(right(await HandlerStop.resume(store, 'seer')())).toBe(true)
    await until(async () => {
      const now = await stopOf()
      return now !== undefined && !now.resuming && now.stoppedAt.getTime() > (first?.stoppedAt.getTime() ?? 0)
    })
    expect((await stopOf())?.rewound).toMatchObject({ common: 6 })
    expect(seen.filter((n) => n > 100)).toEqual([])
    await end(runtime)
  })

  it('do not stop when the server was restarted and nothing is gone', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    const runtime = await running(store, seer(seen), sums)
    for (let i = 0; i < 5; i++) {
      right(await runtime.waitFor(['seer', 'sums'], await appendAll(store, numbers(i * 10 + 1, i * 10 + 10)))())
      // The backup has everything that is stored: the log begins a new history, and nothing is lost.
      store.backup()()
    }
    right(await runtime.waitFor(['seer', 'sums'], await appendAll(store, [51]))())
    expect([...seen].sort((a, b) => a - b)).toEqual(numbers(1, 51))
    expect((await statusOf(store, 'seer'))?.state).toBe('running')
    await end(runtime)
  })
})

/** Writes what members leave when they stop: checkpoints by partition, and one stop. */
const leave = async (
  store: MemoryStore,
  checkpoints: ReadonlyArray<number>,
  rewound: NonNullable<NonNullable<ReturnType<typeof HandlerStop.parse>>['rewound']>,
): Promise<void> => {
  const of = { name: 'seer', generation: 1_000_000 }
  right(await store.register({ ...of, partitions: checkpoints.length, start: 0 })())
  const heartbeat = { ...of, member: 'before', leaseTime: 1_000, capacity: checkpoints.length, report: null }
  const leases = right(await store.heartbeat([heartbeat])())[0]?.leases ?? []
  const stop = { position: 0, reason: 'the log went back', event: null, stoppedAt: 0, rewound } as unknown as Json
  const changes = [{ kind: 'stop', key: '0', data: stop } as const]
  const works = leases.map((lease) => ({
    ...lease,
    position: checkpoints[lease.partition] ?? 0,
    changes: lease.partition === 0 ? changes : [],
  }))
  expect(right(await store.commit(works)())).toEqual(checkpoints.map(() => 'committed'))
  right(await store.release(leases)())
}

describe('the report of a recovery', () => {
  it('does not list newer events as repeated', async () => {
    const store = makeMemoryStore()
    await appendAll(store, numbers(1, 4))
    const restore = store.backup()
    await appendAll(store, numbers(5, 6))
    const history = right(await store.history())
    restore()
    await appendAll(store, numbers(101, 105))
    const current = right(await store.history())
    // One partition is beyond the other in the new history, when a process stops that has handled the old one.
    await leave(store, [9, 5], { position: 6, history, current, common: 4, lost: [] })
    const report = right(await recoverRewound({ store, handlers: [seer([])] })())
    expect(report.handlers).toMatchObject([{ outcome: 'resumed', common: 4, after: 5, repeats: 0, repeated: [] }])
  })

  it('fits the present log, when it went back once more than the stop knows', async () => {
    const store = makeMemoryStore()
    await appendAll(store, numbers(1, 2))
    const restoreTwo = store.backup()
    await appendAll(store, numbers(3, 4))
    const restoreFour = store.backup()
    await appendAll(store, numbers(5, 6))
    const history = right(await store.history())
    restoreFour()
    await appendAll(store, [101])
    const current = right(await store.history())
    restoreTwo()
    await appendAll(store, numbers(201, 206))
    // The rows of the handler are newer than the log.
    await leave(store, [4, 2], { position: 6, history, current, common: 4, lost: [] })
    const report = right(await recoverRewound({ store, handlers: [seer([])] })())
    expect(report.handlers).toMatchObject([{ outcome: 'resumed', common: 2, after: 2, repeats: 0, repeated: [] }])
    expect((await statusOf(store, 'seer'))?.position).toBe(2)
    const [status] = right(await store.handlerStatuses())
    expect(status?.partitions.map(({ position }) => position)).toEqual([2, 2])
  })
})

const numberOf = (event: RecordedEvent): number => {
  const decoded = right(EventCodec.decodeAll(ThingEvent)([event]))
  const first = decoded[0]?.event
  return first?.type === 'Added' ? first.data.n : 0
}

describe('waits', () => {
  it('end with LogRewound when their place is gone', async () => {
    const store = makeMemoryStore()
    const runtime = await running(store, seer([]))
    await appendAll(store, numbers(1, 3))
    const history = right(await store.history())
    const restore = store.backup()
    const position = await appendAll(store, [4])
    restore()
    await appendAll(store, numbers(101, 105))
    const gone = await runtime.waitFor(['seer'], { position, history }, 60_000)()
    expect(gone).toMatchObject({ left: { _tag: 'LogRewound', position, history, common: 3 } })
    await end(runtime)
  })

  it('continue for the same place when a new history shares it', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    const runtime = await running(store, seer(seen))
    await appendAll(store, numbers(1, 3))
    const history = right(await store.history())
    const position = await appendAll(store, [4])
    store.backup()()
    await appendAll(store, [5])
    expect(await runtime.waitFor(['seer'], { position, history }, 60_000)()).toEqual(E.right(undefined))
    await end(runtime)
  })
})

describe('a reader of the log', () => {
  it('gets LogRewound from a subscription when the log went back', async () => {
    const store = makeMemoryStore()
    await appendAll(store, numbers(1, 3))
    const restore = store.backup()
    await appendAll(store, numbers(4, 6))
    const events = subscribe({ store, start: 'origin', pollInterval: 20 })
    for (let i = 0; i < 6; i++) expect(E.isRight((await events.next()).value ?? E.left(''))).toBe(true)
    restore()
    await appendAll(store, numbers(101, 109))
    expect((await events.next()).value).toMatchObject({ left: { _tag: 'LogRewound', position: 6, common: 3 } })
    expect(await events.next()).toMatchObject({ done: true })
  })

  it('gets LogRewound when it begins beyond the end', async () => {
    const store = makeMemoryStore()
    await appendAll(store, numbers(1, 3))
    const first = await subscribe({ store, start: { after: 4 } }).next()
    expect(first.value).toMatchObject({ left: { _tag: 'LogRewound', position: 4, common: 3 } })
    const runtime = makeHandlerRuntime({
      store,
      handlers: [
        EventHandler.make({
          name: 'late',
          from: [things],
          start: { after: 4 },
          handle: () => async () => E.right(undefined),
        }),
      ],
    })
    expect(await runtime.start()).toMatchObject({ left: { _tag: 'InvalidInput', what: 'start of late' } })
  })

  it.each([1, 9])('gets LogRewound from a pull subscription, when %i events follow', async (regrown) => {
    const store = makeMemoryStore()
    await appendAll(store, numbers(1, 3))
    const events = pull({ store, name: 'mails', leaseTime: 300, pollInterval: 20 })
    const take = async () => {
      const { value } = await events.next()
      if (value !== undefined && E.isRight(value)) value.right.ack()
      return value
    }
    for (let i = 0; i < 3; i++) await take()
    await until(async () => right(await store.checkpoints(['mails'])()).positions['mails'] === 3)
    const restore = store.backup()
    await appendAll(store, numbers(4, 6))
    for (let i = 0; i < 3; i++) await take()
    await until(async () => right(await store.checkpoints(['mails'])()).positions['mails'] === 6)
    restore()
    await appendAll(store, numbers(101, 100 + regrown))
    expect(await take()).toMatchObject({ left: { _tag: 'LogRewound', common: 3 } })
    expect(await events.next()).toMatchObject({ done: true })
  })
})

describe('inline views whose log went back', () => {
  it('are made from the current events, although views are at the same positions again', async () => {
    const memory = makeMemoryStore()
    const inline = makeInlineProjections({ store: memory, projections: [inlineSums] })
    right(await inline.open())
    const store = { ...memory, ...inline.store }
    await append(store, 1, added(1))
    const restore = memory.backup()
    // Positions 2 and 3 again, with other numbers.
    await append(store, 1, added(10))
    await append(store, 1, added(100))
    restore()
    const other = makeInlineProjections({ store: memory, projections: [inlineSums] })
    await append({ ...memory, ...other.store }, 1, added(1_000))
    await append({ ...memory, ...other.store }, 1, added(10_000))
    await append(store, 1, added(100_000))
    const view = right(await Views.make(sums, memory).get(streamOf(1))())
    expect(view).toMatchObject({ value: 111_001 })
  })
})
