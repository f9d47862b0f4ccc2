// A process of its own that runs one handler, which ends the process, or loops for ever, at the event whose `n` is 7,
// for processEnds.slow.test.ts. It writes what it handles, and that it loops. Plain JavaScript on the built packages,
// because Node 20 runs no TypeScript.
import { writeSync } from 'node:fs'
import { EventCodec } from '@foldlog/core'
import { makeHandlerTransactions, makePostgresStore } from '@foldlog/postgres-store'
import {
  BatchHandler,
  EventHandler,
  makeHandlerRuntime,
  ProcessManager,
  Projection,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'

const [url, schema, kind, how, leaseTime] = process.argv.slice(2)

const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })
const store = makePostgresStore({ sql, schema, statementTimeout: 2_000, retryTimeout: 15_000 })

// Written at once: the process may end in the next moment.
const write = (line) => writeSync(1, `${line}\n`)

const loopForEver = () => {
  write('looping')
  for (;;);
}

const handle = ({ event: { data }, position }) => {
  if (data.n === 7) return how === 'loops' ? loopForEver() : process.kill(process.pid, 'SIGKILL')
  write(`handled ${position}`)
}

const handleAll = (events) => TE.fromIO(() => events.forEach(handle))

const common = {
  name: kind,
  from: [{ category: 'thing', events: EventCodec.make({ Happened: t.strict({ n: t.number }) }) }],
  start: 'origin',
  partitions: 2,
}

const handlers = {
  EventHandler: () => EventHandler.make({ ...common, handle: (event) => TE.fromIO(() => handle(event)) }),
  BatchHandler: () => BatchHandler.make({ ...common, handle: handleAll }),
  TransactionalHandler: () =>
    TransactionalHandler.make({
      ...common,
      transactions: makeHandlerTransactions({ sql, schema }),
      handle: (_, events) => handleAll(events),
    }),
  Projection: () =>
    Projection.make({
      ...common,
      view: t.number,
      key: ({ stream }) => stream,
      project: (count = 0, event) => {
        handle(event)
        return count + 1
      },
    }),
  ProcessManager: () =>
    ProcessManager.make({
      ...common,
      state: t.number,
      initialState: 0,
      key: ({ stream }) => stream,
      evolve: (count) => count + 1,
      react: (_, input) => {
        if (input._tag === 'EventHappened') handle(input.event)
        return []
      },
    }),
}

const runtime = makeHandlerRuntime({
  store,
  handlers: [handlers[kind]()],
  dispatch: () => TE.right(undefined),
  limits: { leaseTime: Number(leaseTime), pollInterval: 50, idleCommitInterval: 20 },
})

const end = async () => {
  await runtime.stop()
  await store.stop()
  await sql.end({ timeout: 5 })
  process.stdin.destroy()
}

process.stdin.once('end', end).resume()

const started = await runtime.start()
if (E.isLeft(started)) throw new Error(JSON.stringify(started.left))
