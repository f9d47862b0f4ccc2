import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { right } from '../fixtures.ts'
import { failAtCommit, lost } from './failAtCommit.ts'
import { type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

const stream = streamName('s-1')

// In the extended protocol the server answers a statement first and commits then. A client that stops listening after
// the answer would count a lost append as stored.
describe('a store that cannot commit', () => {
  it('acknowledges no append', async () => {
    await failAtCommit(fresh, 'events')
    expect(await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()).toMatchObject(lost)
    expect(await fresh.store.readStream(stream)()).toMatchObject({ right: { version: 0 } })
  })

  it('acknowledges no event with views when either of them fails', async () => {
    const ref = { name: 'views', generation: 1 }
    const views = [{ ...ref, changes: [{ key: 'a', partition: 0, expectedPosition: null, data: 1 }] }]
    const append = { stream, expected: 'any', events: [newEvent()] } as const
    const { store, watcher, schema } = fresh
    await right(store.register({ ...ref, partitions: 1, start: 0 }))
    expect(await right(store.openInline(ref, ['s']))).toBe(true)
    const nothing = async () => {
      expect(await store.readStream(stream)()).toMatchObject({ right: { version: 0 } })
      expect(await right(store.getDocuments({ name: 'views', kind: 'view' }, ['a']))).toEqual([])
    }
    for (const table of ['handler_documents', 'events']) {
      await failAtCommit(fresh, table)
      expect(await store.appendWithViews([append], views)()).toMatchObject(lost)
      await nothing()
      await watcher.unsafe(`drop trigger refuse on "${schema}".${table}; drop function "${schema}".refuse`)
    }
    // The same append again, now without the failure: it was not mistaken for a stored one.
    expect(await right(store.appendWithViews([append], views))).toMatchObject([{ repeated: false, version: 1 }])
    expect(await right(store.getDocuments({ name: 'views', kind: 'view' }, ['a']))).toMatchObject([{ data: 1 }])
  })

  it('acknowledges no deletion', async () => {
    await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()
    await failAtCommit(fresh, 'streams')
    expect(await fresh.store.deleteStream(stream, 'any')()).toMatchObject(lost)
    expect(await fresh.store.streamInfo(stream)()).toMatchObject({ right: { status: 'open' } })
  })

  it('acknowledges no snapshot', async () => {
    await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()
    await failAtCommit(fresh, 'snapshots')
    expect(await fresh.store.saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 })()).toMatchObject(lost)
  })
})
