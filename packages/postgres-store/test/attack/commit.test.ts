import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Fresh, freshStore, newEvent, streamName } from './freshStore.ts'

let fresh: Fresh

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

const stream = streamName('s-1')

/** From now on every transaction that has written to the table fails when it commits, as one does whose backend is ended just then. */
const failAtCommit = async (table: string): Promise<void> => {
  const { watcher, schema } = fresh
  await watcher.unsafe(`
    create function "${schema}".refuse() returns trigger language plpgsql as $$
    begin raise exception 'not committed' using errcode = 'ZZ001'; end $$;
    create constraint trigger refuse after insert or update on "${schema}".${table}
      deferrable initially deferred for each row execute function "${schema}".refuse();`)
}

const lost = { left: { _tag: 'StoreUnavailable', why: expect.stringContaining('not committed') } }

// In the extended protocol the server answers a statement first and commits then. Whoever listens no further takes what is lost for stored.
describe('nothing is acknowledged that was not committed', () => {
  it('appends', async () => {
    await failAtCommit('events')
    expect(await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()).toMatchObject(lost)
    expect(await fresh.store.readStream(stream)()).toMatchObject({ right: { version: 0 } })
  })

  it('deletions', async () => {
    await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()
    await failAtCommit('streams')
    expect(await fresh.store.deleteStream(stream, 'any')()).toMatchObject(lost)
    expect(await fresh.store.streamInfo(stream)()).toMatchObject({ right: { status: 'open' } })
  })

  it('snapshots', async () => {
    await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()
    await failAtCommit('snapshots')
    expect(await fresh.store.saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 })()).toMatchObject(lost)
  })
})
