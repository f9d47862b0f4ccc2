// A process with its own dispatcher, for severalProcesses.slow.test.ts: it adds 1 to one counter, many times, and
// reports the outcomes. Plain JavaScript on the built packages, because Node 20 runs no TypeScript.
import { Aggregate, EventCodec } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'

const [url, schema, count, inFlight, prefix] = process.argv.slice(2)

const counter = Aggregate.make({
  category: 'counter',
  commands: ['Add'],
  id: ({ data }) => data.id,
  decider: {
    initialState: 0,
    evolve: (sum, { data }) => sum + data.by,
    decide: ({ data }) => E.right([{ type: 'Added', data: { by: data.by } }]),
  },
  events: EventCodec.make({ Added: t.strict({ by: t.number }) }),
})

const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })
const store = makePostgresStore({ sql, schema })
const { dispatch, stop } = makeDispatcher({ store, aggregates: [counter] })

let next = 0
const results = []
const work = async () => {
  while (next < Number(count)) {
    const context = prefix === undefined ? {} : { commandId: `${prefix}-${next}` }
    next++
    results.push(await dispatch({ type: 'Add', data: { id: 'hot', by: 1 } }, context)())
  }
}

// All workers start together, on a signal.
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
await Promise.all(Array.from({ length: Number(inFlight) }, work))
await stop()
await store.stop()
await sql.end()
process.stdin.destroy()

const firsts = results.filter((result) => E.isRight(result) && !result.right.duplicate).length
const duplicates = results.filter((result) => E.isRight(result) && result.right.duplicate).length
process.stdout.write(
  `${JSON.stringify({ firsts, duplicates, failed: results.filter(E.isLeft).map(({ left }) => left) })}\n`,
)
