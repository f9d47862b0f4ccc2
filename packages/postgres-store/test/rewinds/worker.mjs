// A process of its own that runs one handler, for severalProcesses.slow.test.ts: it writes the id of each event that it
// handles. SIGTERM or the end of its input ends it. Plain JavaScript on the built packages, because Node 20 runs no
// TypeScript.
import { EventCodec } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'

const [url, name, partitions, leaseTime] = process.argv.slice(2)

const sql = postgres(url, {
  max: 4,
  fetch_types: false,
  onnotice: () => {},
  backoff: (attempt) => Math.min(0.02 * 2 ** attempt, 0.5),
  connect_timeout: 5,
})
const store = makePostgresStore({ sql, timeout: 2_000, patience: 15_000 })
const handler = EventHandler.make({
  start: 'origin',
  name,
  from: [{ category: 'thing', events: EventCodec.make({ Happened: t.strict({ n: t.number }) }) }],
  partitions: Number(partitions),
  handle: ({ id }) => TE.fromIO(() => void process.stdout.write(`handled ${id}\n`)),
})
const runtime = makeHandlerRuntime({
  store,
  handlers: [handler],
  limits: { leaseTime: Number(leaseTime), idleCommitInterval: 20, pollInterval: 100 },
})

const end = async () => {
  await runtime.stop()
  await store.stop()
  await sql.end({ timeout: 5 })
  process.stdin.destroy()
  process.off('SIGTERM', end)
}

process.once('SIGTERM', end)
process.stdin.once('end', end).resume()

const started = await runtime.start()
if (E.isLeft(started)) throw new Error(JSON.stringify(started.left))
process.stdout.write('started\n')
