import { makeHandlerTransactions, makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import {
  FailurePolicy,
  makeHandlerRuntime,
  ParkedEvent,
  Projection,
  TransactionalHandler,
  Views,
} from '@foldlog/subscriptions'
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { limitRetries } from 'retry-ts'
import { added, append, right, startRuntime, things, until } from './fixtures.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const watcher = postgres(url, { max: 2, fetch_types: false, onnotice: () => {} })
const limits = { leaseTime: 2_000, idleCommitInterval: 20, pollInterval: 200 }

let schema = ''
let schemas = 0

beforeEach(async () => {
  schema = `handling_${process.pid}_${schemas++}`
  right(await migrate({ sql: watcher, schema })())
  await watcher.unsafe(`create table "${schema}".notes (stream text, version int, primary key (stream, version))`)
})

afterAll(async () => {
  for (let i = 0; i < schemas; i++) await watcher.unsafe(`drop schema "handling_${process.pid}_${i}" cascade`)
  await watcher.end()
})

/** A client and a store as a process has them. */
const worker = () => {
  const sql = postgres(url, {
    max: 6,
    fetch_types: false,
    onnotice: () => {},
    backoff: () => 0.02,
    connection: { application_name: schema },
  })
  const store: PostgresStore = makePostgresStore({ sql, schema, statementTimeout: 3_000, retryTimeout: 20_000 })
  const close = async () => {
    await store.stop()
    await sql.end({ timeout: 5 })
  }
  return { sql, store, close }
}

const kill = () =>
  watcher`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${schema} order by random() limit 1`

const sums = Projection.make({
  name: 'sums',
  from: [things],
  partitions: 3,
  view: t.strict({ sum: t.number, events: t.number }),
  key: ({ stream }) => stream,
  project: (view, { event }) => ({
    sum: (view?.sum ?? 0) + (event.type === 'Added' ? event.data.n : 0),
    events: (view?.events ?? 0) + 1,
  }),
})

const notes = ({ sql }: ReturnType<typeof worker>) =>
  TransactionalHandler.make({
    name: 'notes',
    from: [things],
    partitions: 2,
    transactions: makeHandlerTransactions({ sql, schema, timeout: 3_000 }),
    handle: (tx, events) =>
      TE.tryCatch(
        async () => {
          for (const { stream, version } of events) {
            await tx.unsafe(`insert into "${schema}".notes (stream, version) values ($1, $2::text::int)`, [
              stream,
              `${version}`,
            ])
          }
        },
        (cause) => ({ _tag: 'SqlFailed', why: String(cause) }),
      ),
  })

describe('handlers on Postgres', () => {
  it('apply every event exactly once, while backends are killed and workers come and go', async () => {
    const writer = worker()
    const [first, second] = [worker(), worker()]
    const run = (one: ReturnType<typeof worker>) =>
      makeHandlerRuntime({ store: one.store, handlers: [sums, notes(one)], limits })
    const [a, b] = [run(first), run(second)]
    await startRuntime(a)
    let written = 0
    let last = 0
    const total = 600
    const writing = (async () => {
      while (written < total) {
        last = Math.max(last, await append(writer.store, written % 20, added(written)))
        written++
      }
    })()
    await startRuntime(b)
    for (let kills = 0; kills < 15; kills++) {
      await until(() => written >= Math.min(total, (kills + 1) * 35))
      await kill()
    }
    await writing
    await a.stop()
    right(await b.waitFor(['sums', 'notes'], last, 250_000)())
    const page = right(await Views.make(sums, writer.store).list()())
    expect(page.views.reduce((count, [, { events }]) => count + events, 0)).toBe(total)
    expect(page.views.reduce((sum, [, view]) => sum + view.sum, 0)).toBe((total * (total - 1)) / 2)
    const rows = await watcher.unsafe(`select count(*)::int as n, max(version)::int as v from "${schema}".notes`)
    expect(rows[0]).toMatchObject({ n: total, v: total / 20 })
    await b.stop()
    await Promise.all([writer, first, second].map(({ close }) => close()))
  }, 300_000)

  it.each([
    ['while its statement runs', 'select pg_terminate_backend(pg_backend_pid()), pg_sleep(5)', false],
    ['and swallows that', 'select pg_terminate_backend(pg_backend_pid())', true],
  ])(
    'lose the connection in the SQL of a handler, %s, and the event does not count as failed',
    async (_, statement, swallows) => {
      const one = worker()
      const last = await append(one.store, 'a', added(1), added(2))
      let [calls, refused] = [0, 0]
      const handler = TransactionalHandler.make({
        name: 'notes',
        from: [things],
        transactions: makeHandlerTransactions({ sql: one.sql, schema, timeout: 3_000 }),
        // An event that fails once is parked at once.
        onFailure: FailurePolicy.make('park', limitRetries(0)),
        handle: (tx, events) =>
          TE.tryCatch(
            async () => {
              for (const { stream, version } of events) {
                await tx.unsafe(`insert into "${schema}".notes (stream, version) values ($1, $2::text::int)`, [
                  stream,
                  `${version}`,
                ])
              }
              if (++calls > 2) return
              await tx.unsafe(statement).catch((cause: unknown) => {
                refused++
                if (!swallows) throw cause
              })
            },
            (cause) => ({ _tag: 'SqlFailed', why: String(cause) }),
          ),
      })
      const runtime = makeHandlerRuntime({ store: one.store, handlers: [handler], limits })
      await startRuntime(runtime)
      right(await runtime.waitFor(['notes'], last, 30_000)())
      expect(right(await ParkedEvent.list(one.store, 'notes')())).toEqual([])
      const rows = await watcher.unsafe(`select version from "${schema}".notes order by version`)
      expect(rows.map(({ version }) => version)).toEqual([1, 2])
      expect([calls, refused]).toEqual([3, 2])
      await runtime.stop()
      await one.store.stop()
      // Work in flight on a dead connection never ends, and is not waited for.
      await one.sql.end({ timeout: 0 })
    },
  )

  it('are notified at once of an append by another process', async () => {
    const [writer, reader] = [worker(), worker()]
    const runtime = makeHandlerRuntime({
      store: reader.store,
      handlers: [sums],
      limits: { ...limits, pollInterval: 60_000 },
    })
    await startRuntime(runtime)
    for (let i = 0; i < 5; i++) {
      const position = await append(writer.store, i, added(i))
      right(await runtime.waitFor(['sums'], position, 20_000)())
    }
    await runtime.stop()
    await Promise.all([writer.close(), reader.close()])
  })
})
