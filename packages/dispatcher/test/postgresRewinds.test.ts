import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { add, type CounterCommand, counter, counterWithSnapshots } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })

let store: PostgresStore
let schema = ''
let schemas = 0

beforeEach(async () => {
  schema = `dispatcher_rewinds_${process.pid}_${schemas++}`
  expect(await migrate({ sql, schema })()).toEqual(E.right(undefined))
  store = makePostgresStore({ sql, schema })
})

afterAll(async () => {
  for (let i = 0; i < schemas; i++) await sql.unsafe(`drop schema "dispatcher_rewinds_${process.pid}_${i}" cascade`)
  await sql.end()
})

let signed = ''

/**
 * Makes the current history look as if another server had begun it: so the next append begins a new one, as after a
 * restart.
 */
const restart = async (): Promise<void> => {
  if (signed === '') {
    const [table] = await sql`select c.relname from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = ${schema}::regnamespace and c.relkind = 'r' and a.attname = 'server_started'`
    signed = table?.['relname']
  }
  await sql.unsafe(`update "${schema}".${signed} set server_started = server_started - interval '1 hour'`)
}

/**
 * Removes the events after a position, and everything made from them, as a restored backup does. The position is that
 * of the last event that is kept.
 */
const goBackTo = async (position: number): Promise<void> => {
  await sql.begin(async (tx) => {
    // The triggers protect the log from its writers, not from the owner of the server.
    await tx.unsafe(`set local session_replication_role = replica; set local search_path = "${schema}"`)
    await tx.unsafe(`delete from events where position > ${position}`)
    await tx.unsafe(
      `update streams s set version = (select coalesce(max(e.version), 0) from events e where e.stream = s.id)`,
    )
    await tx.unsafe(
      `delete from snapshots s where not exists (select from events e where e.stream = s.stream and e.version = s.version)`,
    )
  })
  await restart()
}

const histories = async (): Promise<number> => {
  const [row] = await sql.unsafe(`select count(*)::int as histories from "${schema}".log_histories`)
  return row?.['histories']
}

const positionOf = async (): Promise<number> => {
  const head = await store.settledPosition()
  return E.isRight(head) ? head.right : Number.NaN
}

const twice = (by: number, times: number): CounterCommand => ({ type: 'AddTwice', data: { id: 'a', by, times } })

describe('a new history of a Postgres log that has lost nothing', () => {
  it('costs an accepted command nothing, and the first refusal one read', async () => {
    const observed = recordCalls(store)
    const { dispatch } = makeDispatcher({ store: observed.store, aggregates: [counter] })
    await dispatch(add('a', 3))()
    const before = await histories()
    await restart()
    observed.clear()
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 2 } })
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 3 } })
    expect(observed.roundTrips()).toEqual(['append', 'append'])
    expect(await histories()).toBe(before + 1)
    await restart()
    await makeDispatcher({ store, aggregates: [counter] }).dispatch(add('b', 1))()
    observed.clear()
    expect(await dispatch(add('a', -9))()).toEqual(E.left({ _tag: 'BelowZero', value: 5 }))
    expect(await dispatch(add('a', -9))()).toEqual(E.left({ _tag: 'BelowZero', value: 5 }))
    expect(observed.roundTrips()).toEqual(['readStream', 'readStream', 'readStream'])
  })

  it('begun repeatedly beside many commands of many streams, fails none of them and handles none twice', async () => {
    const aggregate = counterWithSnapshots()
    const dispatchers = Array.from({ length: 2 }, () =>
      makeDispatcher({ store, aggregates: [aggregate], snapshots: store, limits: { batchSize: 64 } }),
    )
    const ids = ['a', 'b', 'c', 'd']
    let over = false
    const restarting = (async () => {
      while (!over) await restart()
    })()
    const results: Array<unknown> = []
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all(
        ids.flatMap((id) =>
          Array.from({ length: 16 }, (_, i) =>
            dispatchers[i % 2]?.dispatch(add(id, 1), { commandId: `${round}-${i}` })(),
          ),
        ),
      )
      results.push(
        ...outcomes.filter((outcome) => outcome === undefined || E.isLeft(outcome) || outcome.right.duplicate),
      )
    }
    over = true
    await restarting
    expect(results).toEqual([])
    expect(await histories()).toBeGreaterThan(3)
    for (const id of ids) {
      const [one] = dispatchers
      expect(await one?.load(aggregate, id)()).toMatchObject({ right: { version: 320, state: { value: 320 } } })
    }
    for (const { stop } of dispatchers) await stop()
  })
})

describe('a Postgres log that was rewound and has reached the same versions', () => {
  it('is the basis of decisions as it is now', async () => {
    const { dispatch, load } = makeDispatcher({ store, aggregates: [counter] })
    const outsider = makeDispatcher({ store, aggregates: [counter] })
    await dispatch(add('a', 3))()
    const kept = await positionOf()
    await dispatch(add('a', 97))()
    await goBackTo(kept)
    expect(await outsider.dispatch(add('a', 0))()).toMatchObject({ right: { version: 2 } })
    expect(await dispatch(add('a', -50))()).toEqual(E.left({ _tag: 'BelowZero', value: 3 }))
    expect(await dispatch(add('a', -3))()).toMatchObject({ right: { version: 3 } })

    await dispatch(add('a', 0))()
    const again = await positionOf()
    await dispatch(add('a', 1))()
    await goBackTo(again)
    await outsider.dispatch(add('a', 70))()
    // The command is refused on the 1 of the cache, and accepted on the 70 of the log.
    expect(await dispatch(add('a', -50))()).toMatchObject({ right: { version: 6 } })
    expect(await load(counter, 'a')()).toMatchObject({ right: { state: { value: 20 } } })
  })

  it('is so before the first append too: until then it has the history of the lost events', async () => {
    const { dispatch, load } = makeDispatcher({ store, aggregates: [counter] })
    await dispatch(add('a', 3))()
    const kept = await positionOf()
    await dispatch(add('a', -3))()
    await goBackTo(kept)
    expect(await dispatch({ type: 'Nothing', data: { id: 'a' } })()).toMatchObject({ right: { version: 1 } })
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 1, state: { value: 3 } } })
    expect(await dispatch(add('a', -3))()).toMatchObject({ right: { version: 2 } })
  })

  it('keeps no snapshot of lost events', async () => {
    const aggregate = counterWithSnapshots({ every: 5 })
    const { dispatch, stop } = makeDispatcher({ store, aggregates: [aggregate], snapshots: store })
    await dispatch(twice(1, 3))()
    const kept = await positionOf()
    await dispatch(add('a', 50))()
    await goBackTo(kept)
    await makeDispatcher({ store, aggregates: [counter] }).dispatch(add('a', 2))()
    await dispatch(twice(1, 2))()
    await stop()
    expect(await store.readFromSnapshot('counter-a' as never, 1)()).toMatchObject({
      right: { snapshot: { value: { version: 6, state: { value: 7 } } } },
    })
  })
})
