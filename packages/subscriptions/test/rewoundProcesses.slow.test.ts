import type { Logger } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime, RuntimeStatus, recoverRewound } from '@foldlog/subscriptions'
import { afterEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { added, append, interceptCalls, right, startRuntime, things, until } from './fixtures.ts'

// A process that a busy machine suspends for a lease does not report in time, and is named instead.
const limits = { leaseTime: 1_000, idleCommitInterval: 5, pollInterval: 20 }

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** A handler that keeps the events that it has seen. It waits for `gate` before each event. */
const seer = (partitions: number, seen: Array<number> = [], gate: () => Promise<void> = async () => {}) =>
  EventHandler.make({
    name: 'seer',
    from: [things],
    partitions,
    start: 'origin',
    handle:
      ({ event }) =>
      async () => {
        await gate()
        if (event.type === 'Added') seen.push(event.data.n)
        return E.right(undefined)
      },
  })

const away = E.left(storeUnavailable('away', true, undefined))

const started: Array<{ readonly stop: () => Promise<void> }> = []

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ stop }) => stop()))
})

/**
 * A process that runs the handler, with its own connection to the store. Requests that are named in `cut` get no
 * answer.
 */
const processOn = async (
  memory: MemoryStore,
  options: { readonly partitions?: number; readonly leaseTime?: number; readonly gate?: () => Promise<void> } = {},
) => {
  const cut = new Set<string>()
  const calls = new Map<string, number>()
  const store = interceptCalls(memory, (name, request) => async () => {
    calls.set(name, (calls.get(name) ?? 0) + 1)
    return cut.has(name) ? away : request()
  })
  const seen: Array<number> = []
  const errors: Array<Readonly<Record<string, unknown>>> = []
  const quiet = (): void => {}
  const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: (_, facts) => void errors.push(facts) }
  const runtime = makeHandlerRuntime({
    store,
    handlers: [seer(options.partitions ?? 1, seen, options.gate)],
    limits: { ...limits, leaseTime: options.leaseTime ?? limits.leaseTime },
    logger,
  })
  await startRuntime(runtime)
  const process = { runtime, seen, cut, errors, calls: (name: string) => calls.get(name) ?? 0, stop: runtime.stop }
  started.push(process)
  return process
}

type Process = Awaited<ReturnType<typeof processOn>>

const statusOf = async (store: MemoryStore) =>
  right(await RuntimeStatus.read(store)()).handlers.find(({ name }) => name === 'seer')

const stopped = (store: MemoryStore) => until(async () => (await statusOf(store))?.state === 'stopped')

const members = async (store: MemoryStore) => (await statusOf(store))?.members.length

/** Appends events with these numbers, each to a stream of its own, and waits until the handler has handled them. */
const handle = async (store: MemoryStore, { runtime }: Process, wanted: ReadonlyArray<number>) => {
  let last = 0
  for (const n of wanted) last = await append(store, n, added(n))
  right(await runtime.waitFor(['seer'], last)())
  await until(async () => (await statusOf(store))?.position === last)
}

/** A store in which 10 events are handled, and no member holds a partition: a backup of it has no lease. */
const prepared = async (partitions: number) => {
  const store = makeMemoryStore()
  const first = await processOn(store, { partitions })
  await handle(store, first, numbers(1, 10))
  await first.stop()
  return { store, restore: store.backup() }
}

/** Makes a process lose its lease, as when it is paused, until `heartbeat` is removed from `cut`. */
const loseLease = async (store: MemoryStore, { cut }: Process, next: Process) => {
  cut.add('heartbeat')
  const heartbeats = next.calls('heartbeat')
  await until(async () => {
    const status = await statusOf(store)
    return (
      next.calls('heartbeat') > heartbeats && status?.members.length === 1 && !status.partitions.some((p) => !p.holder)
    )
  })
}

/** Two processes that have both handled events which the log then lost; the other one has not learned of the stop. */
const stoppedByOne = async () => {
  const { store, restore } = await prepared(4)
  const one = await processOn(store, { partitions: 4 })
  await until(async () => (await members(store)) === 1)
  const [first] = (await statusOf(store))?.members ?? []
  const other = await processOn(store, { partitions: 4 })
  await until(async () => new Set((await statusOf(store))?.holders).size === 2)
  let last = 10
  for (; one.seen.length === 0 || other.seen.length === 0; last += 30)
    await handle(store, one, numbers(last + 1, last + 30))
  const all = (await statusOf(store))?.members.map(({ member }) => member) ?? []
  const otherId = all.filter((member) => member !== first?.member)
  const cutOff = () => {
    for (const name of ['heartbeat', 'generations', 'readLog', 'verify', 'listDocuments', 'commit']) other.cut.add(name)
  }
  cutOff()
  restore()
  await append(store, 1, added(9_001))
  await stopped(store)
  await until(async () => (await members(store)) === 0)
  return { store, one, other, otherId, cutOff, lost: numbers(11, last) }
}

/** The report, from a store that counts its reads. */
const recovering = (store: MemoryStore, reportTimeout?: number) => {
  let reads = 0
  const counted = interceptCalls(store, (name, request) => () => {
    if (name === 'handlerStatuses') reads++
    return request()
  })
  const report = recovered(counted, 4, reportTimeout)
  const readAgain = async () => {
    const before = reads
    await until(() => reads > before)
  }
  return { report, readAgain }
}

const recovered = async (store: MemoryStore, partitions: number, reportTimeout?: number) => {
  const handlers = [seer(partitions)]
  const report = right(
    await recoverRewound({ store, handlers, ...(reportTimeout === undefined ? {} : { reportTimeout }) })(),
  )
  return report.handlers.map(({ common, lost, unreported: silent }) => ({
    common,
    lost: lost.map(({ position }) => position),
    silent,
  }))
}

describe('the report of a handler that ran in several processes', () => {
  it('has the events of a process that did not stop the handler itself', async () => {
    const { store, restore } = await prepared(4)
    const options = { partitions: 4, leaseTime: 2_000 }
    const [one, other] = [await processOn(store, options), await processOn(store, options)]
    await until(async () => new Set((await statusOf(store))?.holders).size === 2)
    // On a busy machine one of them may have lost its leases meanwhile.
    let last = 10
    for (; one.seen.length === 0 || other.seen.length === 0; last += 30)
      await handle(store, one, numbers(last + 1, last + 30))
    // It no longer reads the log, so it learns of the rewind by the stop.
    other.cut.add('readLog')
    other.cut.add('verify')
    restore()
    await append(store, 1, added(9_001))
    await stopped(store)
    other.cut.clear()
    expect(await recovered(store, 4)).toEqual([{ common: 10, lost: numbers(11, last), silent: [] }])
    await handle(store, one, [9_002])
    expect([...one.seen, ...other.seen].filter((n) => n > 9_000).toSorted()).toEqual([9_001, 9_002])
  })

  it('has the events of processes that no longer hold a partition, and share one', async () => {
    const { store, restore } = await prepared(1)
    const processes: Array<Process> = []
    for (const part of [1, 2, 3]) {
      const next = await processOn(store)
      const last = processes.at(-1)
      if (last !== undefined) await loseLease(store, last, next)
      await handle(store, next, numbers(part * 10 + 1, part * 10 + 10))
      expect(next.seen).toEqual(numbers(part * 10 + 1, part * 10 + 10))
      processes.push(next)
    }
    for (const { cut } of processes) cut.clear()
    await until(async () => (await members(store)) === 3)
    restore()
    await append(store, 1, added(101))
    await stopped(store)
    // The backup knows no member: each sends a heartbeat again.
    const beats = processes.map(({ calls }) => calls('heartbeat'))
    await until(() => processes.every(({ calls }, i) => calls('heartbeat') > (beats[i] ?? 0) + 1))
    expect(await recovered(store, 1)).toEqual([{ common: 10, lost: numbers(11, 40), silent: [] }])
  })

  it('has the events of a process from a partition that another member owned in between', async () => {
    const { store, restore } = await prepared(1)
    const one = await processOn(store)
    await handle(store, one, numbers(11, 15))
    const other = await processOn(store)
    await loseLease(store, one, other)
    await handle(store, other, numbers(16, 20))
    await other.stop()
    one.cut.clear()
    await handle(store, one, numbers(21, 25))
    restore()
    await append(store, 1, added(101))
    await stopped(store)
    const lost = [...numbers(11, 15), ...numbers(21, 25)]
    expect(await recovered(store, 1)).toEqual([{ common: 10, lost, silent: [] }])
  })

  it('has the last 1,000 events of each process, which stores them once', async () => {
    const { store, restore } = await prepared(2)
    // Thousands of events at once must not cost a process its lease.
    const options = { partitions: 2, leaseTime: 2_000 }
    const [one, other] = [await processOn(store, options), await processOn(store, options)]
    await until(async () => new Set((await statusOf(store))?.holders).size === 2)
    for (let stream = 0; stream < 60; stream++)
      await append(store, stream, ...numbers(11 + stream * 60, 70 + stream * 60).map(added))
    right(await one.runtime.waitFor(['seer'], 3_610)())
    await until(async () => (await statusOf(store))?.position === 3_610)
    expect(Math.max(one.seen.length, other.seen.length)).toBeGreaterThan(1_000)
    other.cut.add('readLog')
    other.cut.add('verify')
    restore()
    await append(store, 1, added(5_001))
    await stopped(store)
    other.cut.clear()
    // The backup knows no member: each sends a heartbeat first.
    const heartbeats = async () => {
      const before = [one, other].map(({ calls }) => calls('heartbeat'))
      await until(() => [one, other].every(({ calls }, i) => calls('heartbeat') > (before[i] ?? 0) + 2))
    }
    await heartbeats()
    await until(async () => (await members(store)) === 0)
    const commits = [one.calls('commit'), other.calls('commit')]
    await heartbeats()
    expect([one.calls('commit'), other.calls('commit')]).toEqual(commits)
    const [report] = await recovered(store, 2)
    const sorted = (all: Iterable<number>) => [...new Set(all)].toSorted((a, b) => a - b)
    const last = [one, other].flatMap(({ seen }) => sorted(seen.filter((n) => n > 10 && n < 5_000)).slice(-1_000))
    expect(report?.lost).toEqual(sorted(last))
  })

  it('names the processes whose work in flight has not ended', async () => {
    const { store, restore } = await prepared(2)
    let open = (): void => {}
    let gate: Promise<void> | undefined
    let held = 0
    const pass = async () => {
      if (gate !== undefined) held++
      await gate
    }
    const one = await processOn(store, { partitions: 2 })
    const slow = await processOn(store, { partitions: 2, gate: pass })
    await until(async () => new Set((await statusOf(store))?.holders).size === 2)
    await handle(store, one, numbers(11, 30))
    gate = new Promise((resolve) => {
      open = resolve
    })
    const before = slow.seen.length
    for (const n of numbers(31, 40)) await append(store, n, added(n))
    await until(() => held > 0 && one.seen.some((n) => n > 30))
    restore()
    await append(store, 1, added(101))
    await stopped(store)
    const [report] = await recovered(store, 2, 500)
    expect(report?.silent).toHaveLength(1)
    expect(slow.seen.length).toBe(before)
    open()
  })
})

describe('a process that is silent for longer than its lease after the stop', () => {
  it('is in the report when it comes back while the report is made', async () => {
    const { store, other, otherId, cutOff, lost } = await stoppedByOne()
    // It is a member again, and does not learn of the stop.
    other.cut.delete('heartbeat')
    await until(async () => (await statusOf(store))?.members.some(({ member }) => otherId.includes(member)) ?? false)
    const { report, readAgain } = recovering(store)
    await readAgain()
    cutOff()
    await until(async () => (await members(store)) === 0)
    await readAgain()
    other.cut.clear()
    expect(await report).toEqual([{ common: 10, lost, silent: [] }])
  })

  it('is named when it does not come back', async () => {
    const { store, one, other, otherId, cutOff } = await stoppedByOne()
    other.cut.delete('heartbeat')
    await until(async () => (await statusOf(store))?.members.some(({ member }) => otherId.includes(member)) ?? false)
    const { report, readAgain } = recovering(store, 4 * limits.leaseTime)
    await readAgain()
    cutOff()
    const [only] = await report
    expect(only?.silent).toEqual(otherId)
    expect(only?.lost).toEqual([...new Set(one.seen)].filter((n) => n > 10 && n < 9_000).toSorted((a, b) => a - b))
  })

  it('is in the report when the store does not know it, and the stop is older than a lease', async () => {
    const { store, other, lost } = await stoppedByOne()
    await new Promise((resolve) => setTimeout(resolve, limits.leaseTime + 100))
    const { report, readAgain } = recovering(store)
    await readAgain()
    other.cut.clear()
    expect(await report).toEqual([{ common: 10, lost, silent: [] }])
  })
})

describe('a process that has handled lost events, and holds no partition', () => {
  it('reports it, and stops the handler when it gets a partition', async () => {
    const { store, restore } = await prepared(1)
    const one = await processOn(store)
    await handle(store, one, numbers(11, 20))
    const other = await processOn(store)
    await loseLease(store, one, other)
    await other.stop()
    restore()
    // A process that begins now remembers nothing, and continues.
    const fresh = await processOn(store)
    await handle(store, fresh, [101])
    expect(fresh.seen).toEqual([101])
    one.cut.clear()
    await until(() => one.errors.length > 0)
    expect(one.errors).toMatchObject([{ handler: 'seer', why: expect.stringContaining('the log went back') }])
    expect(one.errors[0]?.['lost']).toHaveLength(10)
    const [own] = right(await one.runtime.status()).handlers
    expect(own).toMatchObject({ state: 'stopped', reasons: [expect.stringContaining('the log went back')] })
    expect((await statusOf(store))?.state).toBe('running')
    await fresh.stop()
    await stopped(store)
    expect(await recovered(store, 1)).toEqual([{ common: 10, lost: numbers(11, 20), silent: [] }])
    await handle(store, one, [102])
    expect(one.seen.filter((n) => n > 100)).toEqual([102])
    expect(right(await one.runtime.status()).handlers[0]?.state).toBe('running')
  })
})
