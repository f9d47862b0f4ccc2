import { type Append, EventId, StreamName, Tag } from '@foldlog/core'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { type PlantName, plants } from '../src/plants.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const tag = Tag.of('course', 1)
const nextId = EventId.source({ now: Date.now, random: Math.random })

let sql: postgres.Sql
let made = 0

beforeAll(() => {
  sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })
})

afterAll(() => sql.end({ timeout: 5 }))

const right = <A>(outcome: E.Either<unknown, A>): A => {
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
  return outcome.right
}

const appendOf = (events: number, conditions?: Append['conditions']): Append => ({
  stream: right(StreamName.parse(`course-${++made}`)),
  expected: 'any',
  events: Array.from({ length: events }, () => ({
    id: nextId(),
    type: 'Happened',
    schemaVersion: 1,
    data: {},
    metadata: {},
    tags: [tag],
  })),
  conditions,
})

const withStore = async <A>(
  plant: PlantName | undefined,
  use: (store: PostgresStore, schema: string) => Promise<A>,
) => {
  const schema = `plants_${process.pid}_${++made}`
  right(await migrate({ sql, schema })())
  if (plant !== undefined) await plants[plant](sql, schema)
  const application = { connection: { application_name: schema } }
  const client = postgres(url, { max: 4, fetch_types: false, onnotice: () => {}, ...application })
  const store = makePostgresStore({ sql: client, schema })
  try {
    return await use(store, schema)
  } finally {
    await store.stop()
    await client.end({ timeout: 5 })
    await sql.unsafe(`drop schema "${schema}" cascade`)
  }
}

/** Whether a decision of so many events is stored that has not seen an event of an open append. */
const missesOpenAppend = (plant: PlantName | undefined, events: number): Promise<boolean> =>
  withStore(plant, async (store, schema) => {
    const open = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} })
    await open.unsafe('begin')
    right(await store.inTransaction(open).append(appendOf(1))())
    let isDone = false
    const decided = store
      .append(appendOf(events, [{ query: [{ tags: [tag] }] }]))()
      .finally(() => {
        isDone = true
      })
    for (let waits = false; !(isDone || waits); ) {
      const [row] = await sql`select count(*)::int as n from pg_stat_activity
        where application_name = ${schema} and wait_event_type = 'Lock'`
      waits = row?.['n'] > 0
    }
    await open.unsafe('commit')
    await open.end({ timeout: 5 })
    return E.isRight(await decided)
  })

describe('a planted fault', () => {
  it('finds its place in the functions of the store', () =>
    withStore(undefined, async (store, schema) => {
      for (const plant of ['commits', 'conditions', 'keys', 'horizon', 'refusals', 'checks'] as const)
        await plants[plant](sql, schema)
      right(await store.append(appendOf(1))())
    }))

  it.each([1, 2])('keys: lets a decision of %s events miss an open append', async (events) => {
    expect(await missesOpenAppend(undefined, events)).toBe(false)
    expect(await missesOpenAppend('keys', events)).toBe(true)
  })

  it('conditions: lets a decision of one event be stored that an event refuses', async () => {
    const decide = (plant?: PlantName) =>
      withStore(plant, async (store) => {
        right(await store.append(appendOf(1))())
        return E.isRight(await store.append(appendOf(1, [{ query: [{ tags: [tag] }] }]))())
      })
    expect([await decide(), await decide('conditions')]).toEqual([false, true])
  })
})
