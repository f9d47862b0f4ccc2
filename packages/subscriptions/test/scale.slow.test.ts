import { setMaxListeners } from 'node:events'
import { EventCodec } from '@foldlog/core'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { EventHandler, makeHandlerRuntime, ProcessManager, Reaction, subscribe } from '@foldlog/subscriptions'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { added, append, isRequest, right, startRuntime, things, until } from './fixtures.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const watcher = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} })

let schema = ''
let schemas = 0
let sql: postgres.Sql
let store: PostgresStore
/** Number of calls of each function of the store. */
let calls: Map<string, number>

const connections = 4

/** The same store, which counts requests: each request is one statement. */
const counted = (inner: PostgresStore): PostgresStore => {
  const count = (name: string): void => {
    calls.set(name, (calls.get(name) ?? 0) + 1)
  }
  const entries = Object.entries(inner).map(([name, member]) => {
    if (isRequest(name)) {
      const request = member as () => Promise<unknown> // Requests without input.
      const counting = () => {
        count(name)
        return request()
      }
      return [name, counting]
    }
    if (name === 'onAppend' || name === 'within' || name === 'stop') return [name, member]
    // The rest of a store are functions to requests.
    const call = member as (...input: ReadonlyArray<unknown>) => () => Promise<unknown>
    const counting =
      (...input: ReadonlyArray<unknown>) =>
      () => {
        count(name)
        return call(...input)()
      }
    return [name, counting]
  })
  return Object.fromEntries(entries) as unknown as PostgresStore // The same functions, under the same names.
}

/** Figures for measurements; the expectations do not depend on the speed of the machine. */
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const callsOf = (name: string): number => calls.get(name) ?? 0

beforeEach(async () => {
  calls = new Map()
  schema = `scale_${process.pid}_${schemas++}`
  right(await migrate({ sql: watcher, schema })())
  sql = postgres(url, {
    max: connections,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: schema },
  })
  store = counted(makePostgresStore({ sql, schema }))
})

afterEach(async () => {
  await store.stop()
  await sql.end({ timeout: 5 })
})

afterAll(async () => {
  for (let i = 0; i < schemas; i++) await watcher.unsafe(`drop schema "scale_${process.pid}_${i}" cascade`)
  await watcher.end()
})

const connected = async (): Promise<number> =>
  (await watcher`select from pg_stat_activity where application_name = ${schema}`).length

const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length

const minutes = 60_000

describe('a thousand subscriptions in one process', () => {
  it(
    'that have caught up read the log as often as one, over the same connections, with a handful of timers',
    async () => {
      const many = 1_000
      const before = timers()
      const abort = new AbortController()
      setMaxListeners(0, abort.signal)
      const seen: Array<number> = []
      const follow = async () => {
        let last = 0
        for await (const event of subscribe({ store, start: 'origin', pollInterval: 100, signal: abort.signal })) {
          seen.push(right<unknown, { readonly position: number }>(event).position)
          last++
          if (last === 2) break
        }
      }
      await append(store, 1, added(1))
      const followers = Array.from({ length: many }, follow)
      await until(() => seen.length === many)
      // Idle: ten polls of all of them are ten reads.
      const reads = callsOf('readLog')
      const from = performance.now()
      await until(() => callsOf('readLog') >= reads + 10)
      const polls = (performance.now() - from) / 100
      const idle = callsOf('readLog') - reads
      const used = { timers: timers() - before, connections: await connected() }
      print(`1,000 subscriptions, idle: ${idle} reads in ${polls.toFixed(1)} polls, ${JSON.stringify(used)}`)
      expect(idle).toBeLessThanOrEqual(2 * polls + 2)
      expect(used.timers).toBeLessThan(20)
      expect(used.connections).toBeLessThanOrEqual(connections + 1)
      const woken = callsOf('readLog')
      await append(store, 1, added(2))
      await Promise.all(followers)
      expect(seen).toHaveLength(2 * many)
      // Woken by the append itself and by the poll, not once for each.
      expect(callsOf('readLog') - woken).toBeLessThan(many / 10)
      abort.abort()
      await until(() => timers() <= before + 5)
    },
    2 * minutes,
  )
})

describe('a thousand handlers in one process', () => {
  it(
    'cost a few statements for each heartbeat, whatever their number, and need no connections of their own',
    async () => {
      const many = 1_000
      let handled = 0
      const handlers = Array.from({ length: many }, (_, i) =>
        EventHandler.make({
          name: `handler ${i}`,
          from: [things],
          start: 'origin',
          handle: () => {
            handled++
            return TE.right(undefined)
          },
        }),
      )
      const before = timers()
      const limits = { leaseTime: 30_000, pollInterval: 1_000, idleCommitInterval: 20 }
      const runtime = makeHandlerRuntime({ store, handlers, limits })
      await startRuntime(runtime)
      const position = await append(store, 1, added(1))
      await until(() => handled === many)
      // The checkpoints of all of them are committed together.
      await until(async () => {
        const checkpoints = right(await store.checkpoints(handlers.map(({ name }) => name))())
        return Object.values(checkpoints.positions).every((checkpoint) => checkpoint >= position)
      })
      const used = { timers: timers() - before, connections: await connected() }
      const commits = callsOf('commit')
      calls.clear()
      const from = performance.now()
      await until(() => callsOf('readLog') >= 5)
      const seconds = (performance.now() - from) / 1_000
      const requests = Object.fromEntries(calls)
      const all = [...calls.values()].reduce((sum, number) => sum + number, 0)
      print(
        `1,000 handlers, idle for ${seconds.toFixed(1)} s: ${JSON.stringify(requests)}; before, ${commits} commits of 1,000 checkpoints; ${JSON.stringify(used)}`,
      )
      // One read for each poll, one heartbeat and one read of generations for each heartbeat: nothing for each of them.
      expect(all).toBeLessThan(50)
      expect(callsOf('commit')).toBe(0)
      expect(commits).toBeLessThan(many / 4)
      // One for each that has just handled something, the timeout of its events.
      expect(used.timers).toBeLessThan(many + 50)
      expect(used.connections).toBeLessThanOrEqual(connections + 1)
      await runtime.stop()
      await until(() => timers() <= before + 5)
    },
    5 * minutes,
  )
})

const pending = 100_000
const soon = 10

const alarms = (fired: (lateness: number) => void) =>
  ProcessManager.make({
    name: 'alarms',
    from: [{ category: 'thing', events: EventCodec.make({ Added: t.strict({ n: t.number }) }) }],
    start: 'origin',
    partitions: 4,
    state: t.number,
    initialState: 0,
    key: ({ stream }) => stream,
    evolve: (n: number) => n + 1,
    react: (_, input): ReadonlyArray<Reaction<never>> => {
      if (input._tag === 'EventHappened') return [Reaction.schedule('alarm', new Date(Date.now() + 500))]
      if (input._tag === 'TimerFired') fired(Date.now() - input.dueAt.getTime())
      return []
    },
  })

describe('100,000 pending timers', () => {
  it(
    'cost nothing while none is due, and the few that become due fire in time',
    async () => {
      const lateness: Array<number> = []
      const manager = alarms((late) => lateness.push(late))
      const generation = 1_000_000
      right(await store.register({ name: 'alarms', generation, partitions: 4, start: 0 })())
      const planter = { name: 'alarms', generation, member: 'planter', leaseTime: 60_000, capacity: 4, report: null }
      const [answer] = right(await store.heartbeat([planter])())
      const leases = answer?.leases ?? []
      const due = new Date(Date.now() + 24 * 60 * minutes)
      for (const lease of leases) {
        const changes = Array.from({ length: pending / leases.length }, (_, i) => {
          const process = `thing-${lease.partition}.${i}`
          return { kind: 'timer', key: `${process}:alarm`, data: { process, timer: 'alarm' }, due } as const
        })
        for (let at = 0; at < changes.length; at += 5_000)
          right(
            await store.commit([
              { ...lease, position: 0, revision: lease.revision + at / 5_000, changes: changes.slice(at, at + 5_000) },
            ])(),
          )
      }
      right(await store.release(leases)())
      right(await store.heartbeat([{ ...planter, capacity: 0 }])())
      await watcher.unsafe(`vacuum analyze "${schema}".handler_documents`)

      const limits = { leaseTime: 9_000, pollInterval: 60_000, idleCommitInterval: 20 }
      const runtime = makeHandlerRuntime({ store, handlers: [manager], dispatch: () => TE.right(undefined), limits })
      await startRuntime(runtime)
      await until(async () => {
        const [status] = right(await store.handlerStatuses())
        return status?.timers === pending && status.partitions.every(({ holder }) => holder !== null)
      })
      calls.clear()
      await until(() => callsOf('heartbeat') >= 2)
      const idle = Object.fromEntries(calls)
      // Not the status, which counts them.
      expect({ ...idle, heartbeat: 0, generations: 0, dueDocuments: 0 }).toEqual({
        heartbeat: 0,
        generations: 0,
        dueDocuments: 0,
      })
      // A poll for due documents with each heartbeat, for requested actions; none for each timer.
      expect(callsOf('dueDocuments')).toBeLessThanOrEqual(callsOf('heartbeat') + 2)

      // Among all of them, some that are due soon.
      for (let i = 0; i < soon; i++) await append(store, `soon ${i}`, added(i))
      await until(() => lateness.length === soon)
      await runtime.stop()
      const latest = Math.max(...lateness)
      print(`100,000 pending timers: idle ${JSON.stringify(idle)}; ${soon} fired at most ${latest} ms late`)
      expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0)
      // Not the next heartbeat, nor the next poll, fired them.
      expect(latest).toBeLessThan(limits.leaseTime / 3)
    },
    5 * minutes,
  )
})
