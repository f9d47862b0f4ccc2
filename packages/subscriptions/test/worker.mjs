// A process of its own that runs one handler, for wakeUpLatency.slow.test.ts. It reports when it has handled what, and
// ends on SIGTERM or at the end of its input. It never calls process.exit: anything that keeps it alive after that is a
// leak. Plain JavaScript on the built packages, because Node 20 runs no TypeScript.
import { EventCodec } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'

const [url, schema, application] = process.argv.slice(2)

const sql = postgres(url, {
  max: 4,
  fetch_types: false,
  onnotice: () => {},
  connection: { application_name: application },
})
const store = makePostgresStore({ sql, schema })
const handler = EventHandler.make({
  start: 'origin',
  name: 'handler',
  from: [{ category: 'thing', events: EventCodec.make({ Added: t.strict({ n: t.number }) }) }],
  partitions: 4,
  handle: ({ position }) =>
    TE.fromIO(() => {
      process.stdout.write(`handled ${position} ${performance.timeOrigin + performance.now()}\n`)
    }),
})
const runtime = makeHandlerRuntime({
  store,
  handlers: [handler],
  limits: { leaseTime: 60_000, pollInterval: 600_000, idleCommitInterval: 20 },
})

const end = async () => {
  await runtime.stop()
  await store.stop()
  await sql.end({ timeout: 5 })
  process.stdin.destroy()
  process.off('SIGTERM', end)
  process.stdout.write('ended\n')
}

process.once('SIGTERM', end)
process.stdin.once('end', end).resume()

const started = await runtime.start()
if (E.isLeft(started)) throw new Error(JSON.stringify(started.left))
process.stdout.write('started\n')
