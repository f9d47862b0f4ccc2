import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { connect, withConnection } from '@foldlog/test-kit'
import { afterAll, describe, expect, it } from '@jest/globals'
import { newEvent, streamName, testUrl } from '../attack/freshStore.ts'
import { freshName, urlWith } from '../connect.ts'
import { right } from '../fixtures.ts'

const [original, copy] = [freshName('database'), freshName('database')]
const admin = connect(testUrl, { max: 1 })

afterAll(async () => {
  for (const name of [original, copy]) await admin`drop database if exists ${admin(name)} with (force)`
  await admin.end()
})

/** Appends that number of events, and returns the last place. */
const append = (database: string, count: number) =>
  withConnection(urlWith({ pathname: `/${database}` }), async (sql) => {
    const store = makePostgresStore({ sql })
    let place = { position: 0, history: '' }
    for (let i = 0; i < count; i++) {
      const appended = await right(store.append({ stream: streamName('s-1'), expected: 'any', events: [newEvent({})] }))
      place = { position: appended.positions[0] ?? 0, history: appended.history }
    }
    await store.stop()
    return place
  })

const verify = (database: string, place: { readonly position: number; readonly history: string }) =>
  withConnection(urlWith({ pathname: `/${database}` }), async (sql) => {
    const store = makePostgresStore({ sql })
    const verified = await store.verify(place)()
    await store.stop()
    return verified
  })

describe('a database that was made with another as its template', () => {
  it('continues in a history of its own, and shares what was copied', async () => {
    await admin`create database ${admin(original)}`
    await withConnection(urlWith({ pathname: `/${original}` }), (sql) => right(migrate({ sql })))
    const shared = await append(original, 5)
    await admin`create database ${admin(copy)} template ${admin(original)}`
    const [inCopy, inOriginal] = [await append(copy, 3), await append(original, 3)]
    expect(inCopy.position).toBe(inOriginal.position)
    expect(inOriginal.history).toBe(shared.history)

    for (const database of [original, copy]) expect(await verify(database, shared)).toMatchObject({ _tag: 'Right' })
    expect(await verify(copy, inCopy)).toMatchObject({ _tag: 'Right' })
    expect(await verify(original, inOriginal)).toMatchObject({ _tag: 'Right' })
    expect(await verify(copy, inOriginal)).toMatchObject({ left: { _tag: 'LogRewound', common: 5 } })
    expect(await verify(original, inCopy)).toMatchObject({ left: { _tag: 'LogRewound', common: null } })
  })
})
