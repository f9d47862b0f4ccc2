import type { Append } from '@foldlog/core'
import type { PostgresStore } from '@foldlog/postgres-store'
import { expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { newEvent, streamName } from './attack/freshStore.ts'
import { connect, freshName, migratedStore } from './connect.ts'
import { right } from './fixtures.ts'
import { handlerCalls } from './handlerFixtures.ts'

/**
 * The plans of all statements that the work runs after the preparation, also of those in functions. Postgres sends them
 * to the session.
 */
const plansOf = async <A>(
  prepare: (store: PostgresStore) => Promise<A>,
  work: (store: PostgresStore, prepared: A) => Promise<void>,
): Promise<ReadonlyArray<string>> => {
  const schema = freshName('plans')
  const plans: Array<string> = []
  const sql = connect({
    onnotice: ({ message }: postgres.Notice) => {
      if (message?.includes('plan:')) plans.push(message)
    },
    connection: {
      session_preload_libraries: 'auto_explain',
      // The client leaves out a setting that is the number 0.
      'auto_explain.log_min_duration': '0',
      'auto_explain.log_nested_statements': true,
      'auto_explain.log_verbose': true,
      client_min_messages: 'log',
    },
  })
  const store = await migratedStore({ sql, schema })
  const prepared = await prepare(store)
  plans.length = 0
  await work(store, prepared)
  await store.stop()
  await sql.unsafe(`drop schema "${schema}" cascade`)
  await sql.end()
  return plans
}

const to = (stream: string, expected: Append['expected'], events = 1): Append => ({
  stream: streamName(stream),
  expected,
  events: Array.from({ length: events }, () => newEvent()),
})

it('no statement of an append, a read or a commit makes a hash table of a table', async () => {
  const prepare = async (store: PostgresStore) => {
    const { register, heartbeat } = handlerCalls(() => store)
    await register('handler', 2)
    return heartbeat('handler', 'member')
  }
  const plans = await plansOf(prepare, async (store, leases) => {
    const together = (appends: ReadonlyArray<Append>) => Promise.all(appends.map((one) => right(store.append(one))))
    await together([to('a-1', 'noStream')])
    await together([to('a-1', 1)])
    await together([to('a-2', 'noStream'), to('a-3', 'noStream', 3), to('a-1', 2)])
    await right(store.appendAll([to('a-4', 'any'), to('a-2', 1)]))
    await Promise.all(['a-1', 'a-2', 'a-3'].map((name) => right(store.readStream(streamName(name)))))
    await right(store.readLog())
    await right(store.readLog({ filter: { categories: ['a'] } }))
    await right(store.commit(leases.map((lease) => ({ ...lease, position: 1, changes: [] }))))
  })
  expect(plans.length).toBeGreaterThan(30)
  // Postgres guesses that a table without statistics has thousands of rows. A hash table of that size costs more than
  // the rest of an append: it is filled with zeros, and its memory goes back to the system, with each call.
  expect(plans.filter((plan) => /hashed SubPlan|Hash [A-Za-z ]*Join/.test(plan))).toEqual([])
})
