import { Health, makeApplication, type SchemaStatus } from '@foldlog/application'
import { storeUnavailable } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate, migrationStatus } from '@foldlog/postgres-store'
import { EventHandler, FailurePolicy } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, type taskEither as TE, taskEither } from 'fp-ts'
import { order, orders, place, shipping } from './shop.ts'
import { newSchema, quick, right, sql, stores, until } from './stores.ts'

const parts = { aggregates: [order], handlers: [orders, shipping], limits: quick } as const

/** A migration status that the test sets, and the number of its reads. */
const schemaOf = (status: Partial<SchemaStatus>) => {
  let current: SchemaStatus = { migrations: [], functions: [], dropped: [], ...status }
  let reads = 0
  const migrations: TE.TaskEither<never, SchemaStatus> = async () => {
    reads++
    return E.right(current)
  }
  return {
    migrations,
    reads: () => reads,
    set: (next: Partial<SchemaStatus>) => {
      current = { ...current, ...next }
    },
  }
}

describe.each(stores)('the health of an application on the %s store', (_, open) => {
  it('is ready from the end of its start to the call of stop, and live until it has stopped', async () => {
    const application = makeApplication({ ...parts, store: await open() })
    expect(await application.health()).toEqual({
      live: true,
      ready: false,
      why: ['the application is not started'],
      warnings: [],
    })
    right(await application.start())
    expect(await application.health()).toMatchObject({ live: true, ready: true, why: [] })
    // Handlers take their partitions with the first heartbeat.
    await until(async () => (await application.health()).warnings.length === 0)
    const stopping = application.stop()
    expect(await application.health()).toMatchObject({ live: true, ready: false })
    await stopping
    expect(await application.health()).toMatchObject({ live: false, ready: false, why: ['the application is stopped'] })
    expect(application.isLive()).toBe(false)
  })

  it('stays ready while a handler is stopped or has parked events, and warns of both', async () => {
    const fails = (name: string, onFailure: FailurePolicy) =>
      EventHandler.make({ name, from: [order], start: 'origin', onFailure, handle: () => taskEither.left('no mail') })
    const application = makeApplication({
      store: await open(),
      aggregates: [order],
      handlers: [fails('stops', FailurePolicy.stop), fails('parks', FailurePolicy.park)],
      limits: quick,
    })
    right(await application.start())
    right(await application.dispatch(place('a'))())
    const warnsOf = (warnings: ReadonlyArray<string>, text: string) => warnings.some((one) => one.startsWith(text))
    await until(async () => {
      const { ready, warnings } = await application.health()
      expect(ready).toBe(true)
      return warnsOf(warnings, 'stops is stopped at position') && warnsOf(warnings, 'parks has 1 parked event')
    })
    await application.stop()
  })
})

describe('the health of an application', () => {
  it('is not ready while its store does not answer, which it notices in time, and is live all the same', async () => {
    const memory = makeMemoryStore()
    let answer = memory.handlerStatuses
    let reads = 0
    const store: typeof memory = {
      ...memory,
      handlerStatuses: () => {
        reads++
        return answer()
      },
    }
    const limits = { ...quick, health: 20 }
    const application = makeApplication({ ...parts, store, runHandlers: false, limits })
    right(await application.start())
    answer = async () => E.left(storeUnavailable('connection refused', true, undefined))
    expect(await application.health()).toEqual({
      live: true,
      ready: false,
      why: ['the store is not available: connection refused; try again'],
      warnings: [],
    })
    answer = () => new Promise(() => {})
    reads = 0
    const probes = [application.health(), application.health(), application.health()]
    for (const probe of probes) {
      expect(await probe).toMatchObject({ ready: false, why: ['the store has not answered within 20 ms'] })
    }
    // Probes of a store that hangs pile up no statements.
    expect(reads).toBe(1)
    expect(application.isLive()).toBe(true)
    await application.stop()
  })

  it('is not ready before the schema has everything of this version', async () => {
    const { migrations, set, reads } = schemaOf({ migrations: [{ name: '0002_handlers', state: 'missing' }] })
    const application = makeApplication({ ...parts, store: makeMemoryStore(), migrations })
    right(await application.start())
    expect(await application.health()).toMatchObject({
      ready: false,
      why: ['the schema lacks 0002_handlers: run migrate'],
    })
    set({ migrations: [], dropped: ['index events_id_key'] })
    expect(await application.health()).toMatchObject({ why: ['the schema has lost index events_id_key'] })
    set({ dropped: [] })
    expect(await application.health()).toMatchObject({ ready: true })
    // What is whole is not read again.
    set({ dropped: ['index events_id_key'] })
    expect(await application.health()).toMatchObject({ ready: true })
    expect(reads()).toBe(3)
    await application.stop()
  })

  it('is ready on the schema of a newer version: old processes serve until the new ones do', async () => {
    const { migrations } = schemaOf({ functions: [{ name: 'append', state: 'unknown' }] })
    const application = makeApplication({ ...parts, store: makeMemoryStore(), migrations })
    right(await application.start())
    expect(await application.health()).toMatchObject({ ready: true, why: [] })
    await application.stop()
  })

  it('reads the migration status of a Postgres store', async () => {
    const schema = newSchema()
    const migrations = migrationStatus({ sql, schema })
    right(await migrate({ sql, schema })())
    const store = makePostgresStore({ sql, schema })
    const application = makeApplication({ ...parts, store, migrations, release: store.stop })
    right(await application.start())
    await until(async () => (await application.health()).ready)
    await application.stop()
  })

  it('is an answer over HTTP: 200 when it is ready, otherwise 503', () => {
    const ready: Health = { live: true, ready: true, why: [], warnings: [] }
    expect(Health.toAnswer(ready)).toEqual({
      status: 200,
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
      body: '{"live":true,"ready":true,"why":[],"warnings":[]}',
    })
    expect(Health.toAnswer({ ...ready, ready: false, why: ['the application is stopping'] }).status).toBe(503)
  })
})
