import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import postgres from 'postgres'
import { added, append, right, startRuntime, things, until } from './fixtures.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const worker = fileURLToPath(new URL('./worker.mjs', import.meta.url))
const watcher = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} })

let schema = ''
let schemas = 0
let sql: postgres.Sql
let store: PostgresStore

const children = new Set<ChildProcess>()

beforeEach(async () => {
  schema = `latency_${process.pid}_${schemas++}`
  right(await migrate({ sql: watcher, schema })())
  sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })
  store = makePostgresStore({ sql, schema })
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await store.stop()
  await sql.end({ timeout: 5 })
})

afterAll(async () => {
  for (let i = 0; i < schemas; i++) await watcher.unsafe(`drop schema "latency_${process.pid}_${i}" cascade`)
  await watcher.end()
})

const now = (): number => performance.timeOrigin + performance.now()

/** A figure for measurements. The expectation is that no handler waited for a poll, which happens every ten minutes. */
const print = (where: string, milliseconds: ReadonlyArray<number>): void => {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1)
  process.stdout.write(`append to handler, ${where}: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, of ${sorted.length}\n`)
}

const rounds = 40

/**
 * Appends one event after another, each when the one before was handled; returns the milliseconds that each took from
 * before its append.
 */
const measured = async (handledAt: ReadonlyMap<number, number>): Promise<ReadonlyArray<number>> => {
  const took: Array<number> = []
  for (let i = 0; i < rounds; i++) {
    const appendedAt = now()
    const position = await append(store, i % 7, added(i))
    await until(() => handledAt.has(position))
    took.push((handledAt.get(position) ?? 0) - appendedAt)
  }
  return took
}

describe('an event that is appended while nothing else happens', () => {
  it('wakes the handlers of its own process', async () => {
    const handledAt = new Map<number, number>()
    const handler = EventHandler.make({
      name: 'handler',
      from: [things],
      start: 'origin',
      partitions: 4,
      handle: ({ position }) => TE.fromIO(() => void handledAt.set(position, now())),
    })
    const limits = { leaseTime: 60_000, pollInterval: 600_000, idleCommitInterval: 20 }
    const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
    await startRuntime(runtime)
    print('in one process', await measured(handledAt))
    await runtime.stop()
    expect(handledAt.size).toBe(rounds)
  }, 60_000)

  it('wakes those of another process, which hands over and ends by itself when it is stopped', async () => {
    const begin = (name: string) => {
      const application = `${schema} ${name}`
      const child = spawn(process.execPath, [worker, url, schema, application], { stdio: ['pipe', 'pipe', 'inherit'] })
      children.add(child)
      let output = ''
      const handledAt = new Map<number, number>()
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text
        for (const [, position, at] of output.matchAll(/handled (\d+) ([\d.]+)\n/g))
          handledAt.set(Number(position), Number(at))
      })
      const ended = new Promise<number | string | null>((resolve) => {
        child.once('close', (code, signal) => {
          children.delete(child)
          resolve(signal ?? code)
        })
      })
      return { child, handledAt, ended, output: () => output, application }
    }
    const holders = async () =>
      new Set(right(await store.handlerStatuses()).flatMap(({ partitions }) => partitions.map(({ holder }) => holder)))
    const connections = async (application: string) =>
      (await watcher`select from pg_stat_activity where application_name = ${application}`).length

    const first = begin('first')
    await until(() => first.output().includes('started\n'))
    print('across two processes', await measured(first.handledAt))
    expect(first.handledAt.size).toBe(rounds)

    // Leases last a minute: a second process that gets them sooner got them by a handover.
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(first.output()).toMatch(/ended\n$/)
    expect([...(await holders())]).toEqual([null])
    expect(right(await store.handlerStatuses()).map(({ members }) => members)).toEqual([[]])
    await until(async () => (await connections(first.application)) === 0)

    const second = begin('second')
    await until(() => second.output().includes('started\n'))
    await measured(second.handledAt)
    second.child.stdin.end()
    expect(await second.ended).toBe(0)
    expect([...(await holders())]).toEqual([null])
  }, 120_000)
})
