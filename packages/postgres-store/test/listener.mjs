// A process of its own for notifications.test.ts: listens, appends, stops, and must end by itself.
// Plain JavaScript on the built packages, because Node 20 runs no TypeScript.
import { EventId } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import postgres from 'postgres'

const [url, schema] = process.argv.slice(2)
const sql = postgres(url, { max: 2, fetch_types: false, onnotice: () => {} })
const store = makePostgresStore({ sql, schema })

const woken = new Promise((resolve) => store.onAppend(() => resolve()))
const id = EventId.source({ now: Date.now, random: Math.random })()
const event = { id, type: 'Happened', schemaVersion: 1, data: null, metadata: {} }
const outcome = await store.append({ stream: 'thing-exit', expected: 'any', events: [event] })()
await woken
await store.stop()
await sql.end()
process.stdout.write(outcome._tag === 'Right' ? 'woken\n' : `${JSON.stringify(outcome)}\n`)
