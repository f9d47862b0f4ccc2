import { makePostgresStore, transaction } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'

let fresh: FreshStore
let release = (): void => {}

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(async () => {
  release()
  await fresh.close()
})

/** An hour: nothing but a cancellation ends it within the time of a test. */
const long = 3_600

/** Inserts into the log wait. */
const delayInserts = () =>
  fresh.watcher.unsafe(`
    create function "${fresh.schema}".wait() returns trigger language plpgsql as
      'begin perform pg_sleep(${long}); return new; end';
    create trigger wait before insert on "${fresh.schema}".events for each row execute function "${fresh.schema}".wait()`)

const endDelay = () => fresh.watcher.unsafe(`drop trigger wait on "${fresh.schema}".events`)

/** Statements of the store that the server works on. */
const running = async (): Promise<number> => {
  const [row] = await fresh.watcher`
    select count(*)::int as n from pg_stat_activity
    where application_name = ${fresh.application} and state = 'active'`
  return Number(row?.['n'])
}

const impatient = (retryTimeout: number) =>
  makePostgresStore({ sql: fresh.sql, schema: fresh.schema, statementTimeout: 300, retryTimeout })

const one = () => ({ stream: streamName(`s-${newEvent().id}`), expected: 'any', events: [newEvent()] }) as const

describe('a statement that nobody waits for any more', () => {
  it('is cancelled at the server when it is an append, which is stored once when it is repeated', async () => {
    await delayInserts()
    const append = one()
    const given = await impatient(1_000).append(append)()
    expect(given).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
    await until(async () => (await running()) === 0)
    await endDelay()
    expect(await fresh.store.append(append)()).toMatchObject({ right: { version: 1, repeated: false } })
  })

  it('is cancelled when it is a read', async () => {
    const held = fresh.watcher.begin(async (holder) => {
      await holder.unsafe(`lock table "${fresh.schema}".events in access exclusive mode`)
      await new Promise<void>((resolve) => {
        release = resolve
      })
    })
    const store = impatient(1_000)
    for (const read of [store.readLog({}), store.findEvents([newEvent().id])])
      expect(await read()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
    await until(async () => (await running()) === 0)
    release()
    await held
  })

  it('is cancelled when it is one of a transaction', async () => {
    const slow = transaction(fresh.sql, { timeout: 300 })((tx) =>
      TE.tryCatch(
        () => tx`select pg_sleep(${long})`,
        (cause) => cause,
      ),
    )
    expect(E.isLeft(await slow())).toBe(true)
    await until(async () => (await running()) === 0)
  })
})

it('a cancellation is not for the statement that comes after it', async () => {
  const store = makePostgresStore({ sql: fresh.sql, schema: fresh.schema, statementTimeout: 300, retryTimeout: 0 })
  await delayInserts()
  await store.append(one())()
  const others = Array.from({ length: 50 }, () => fresh.sql`select 1 as one`)
  for (const rows of await Promise.all(others)) expect(rows[0]?.['one']).toBe(1)
})
