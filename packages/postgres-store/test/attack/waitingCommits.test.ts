import { EmbeddedPostgres, type RunningPostgres } from '@foldlog/postgres-embedded'
import { makePostgresStore, transaction } from '@foldlog/postgres-store'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import { type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'

/**
 * A commit that waits for a synchronous standby is written, and others do not see it. A cancel request would show them
 * an event that a failover may take away, and a command that is repeated would be acknowledged because of it.
 */
let server: RunningPostgres
let fresh: FreshStore

beforeAll(async () => {
  const started = await EmbeddedPostgres.temporary({ durable: true })()
  if (started._tag === 'Left') throw new Error(started.left.message)
  server = started.right
  fresh = await freshStore(server.url)
  await useStandbys('a_standby_that_is_away')
})

afterAll(async () => {
  await useStandbys('')
  await fresh.close()
  await server.stop()()
})

const useStandbys = async (names: string): Promise<void> => {
  await fresh.watcher.unsafe(`alter system set synchronous_standby_names = '${names}'`)
  await fresh.watcher`select pg_reload_conf()`
  await until(async () => {
    const [row] = await fresh.watcher`show synchronous_standby_names`
    return row?.['synchronous_standby_names'] === names
  })
}

const waiting = async (): Promise<number> => {
  const [row] = await fresh.watcher`
    select count(*)::int as n from pg_stat_activity
    where application_name = ${fresh.application} and wait_event = 'SyncRep'`
  return Number(row?.['n'])
}

const impatient = () =>
  makePostgresStore({ sql: fresh.sql, schema: fresh.schema, statementTimeout: 300, retryTimeout: 1_000 })

it('a commit that waits for a standby is not cancelled, and nobody sees its events before', async () => {
  const inTransaction = transaction(fresh.sql, { timeout: 300 })((tx) =>
    TE.tryCatch(
      () => tx.unsafe(`insert into "${fresh.schema}".streams (name, category) values ('t-1', 't')`),
      (cause) => cause,
    ),
  )
  expect(await inTransaction()).toMatchObject({ _tag: 'Left' })
  const append = { stream: streamName('s-1'), expected: 'any', events: [newEvent()] } as const
  // Takes longer than a cancel request would need to end the commit before.
  expect(await impatient().append(append)()).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
  expect(await waiting()).toBeGreaterThan(1)
  expect(await fresh.store.readStream(append.stream)()).toMatchObject({ right: { version: 0 } })
  expect(await fresh.watcher.unsafe(`select from "${fresh.schema}".streams where name = 't-1'`)).toHaveLength(0)
  await useStandbys('')
  await until(async () => (await waiting()) === 0)
  expect(await fresh.store.append(append)()).toMatchObject({ right: { version: 1, repeated: true } })
})
