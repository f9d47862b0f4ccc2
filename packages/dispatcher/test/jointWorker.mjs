// A process with its own dispatcher, for severalProcesses.slow.test.ts: it moves amounts between a few accounts, many
// times, and reports the outcomes. Plain JavaScript on the built packages, because Node 20 runs no TypeScript.
import { Aggregate, EventCodec, JointDecision } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'

const [url, schema, count, inFlight, prefix] = process.argv.slice(2)

const account = Aggregate.make({
  category: 'account',
  commands: ['Open'],
  id: ({ data }) => data.id,
  decider: {
    initialState: { balance: 0, checked: 0 },
    evolve: (state, { data }) => ({ ...state, balance: state.balance + data.by }),
    decide: ({ data }) => E.right([{ type: 'Moved', data: { by: data.by } }]),
  },
  events: EventCodec.make({ Moved: t.strict({ by: t.number }) }),
})

const move = JointDecision.make({
  aggregates: { from: account, to: account, limit: account },
  commands: ['Move'],
  ids: ({ data }) => data.ids,
  // The account `limit` is only checked: nothing is moved beyond its balance.
  decide: ({ data: { by } }, { from, to, limit }) => {
    if (from.balance < by) return E.left('too little')
    if (to.balance + by > limit.balance) return E.left('too much')
    return E.right({ from: [{ type: 'Moved', data: { by: -by } }], to: [{ type: 'Moved', data: { by } }] })
  },
})

const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })
const store = makePostgresStore({ sql, schema })
const { dispatch, stop } = makeDispatcher({ store, aggregates: [account], decisions: [move] })

let next = 0
const results = []
const work = async () => {
  while (next < Number(count)) {
    const n = next++
    const from = n % 4
    const ids = { from: `${from}`, to: `${(from + 1 + (n % 3)) % 4}`, limit: 'limit' }
    const command = { type: 'Move', data: { ids, by: 1 + (n % 5) } }
    results.push(await dispatch(command, { commandId: `${prefix}-${n}` })())
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

const done = results.filter(E.isRight)
process.stdout.write(
  `${JSON.stringify({
    firsts: done.filter(({ right }) => !right.duplicate).length,
    duplicates: done.filter(({ right }) => right.duplicate).length,
    refused: results.filter((one) => E.isLeft(one) && typeof one.left === 'string').length,
    failed: results.flatMap((one) => (E.isLeft(one) && typeof one.left !== 'string' ? [one.left] : [])),
  })}\n`,
)
