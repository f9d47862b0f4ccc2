import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { failAtCommit, lost } from './failAtCommit.ts'
import { type Fresh, freshStore, newEvent, streamName } from './freshStore.ts'

let fresh: Fresh

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

const stream = streamName('s-1')

// In the extended protocol the server answers a statement first and commits then. Whoever listens no further takes what is lost for stored.
describe('nothing is acknowledged that was not committed', () => {
  it('appends', async () => {
    await failAtCommit(fresh, 'events')
    expect(await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()).toMatchObject(lost)
    expect(await fresh.store.readStream(stream)()).toMatchObject({ right: { version: 0 } })
  })

  it('deletions', async () => {
    await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()
    await failAtCommit(fresh, 'streams')
    expect(await fresh.store.deleteStream(stream, 'any')()).toMatchObject(lost)
    expect(await fresh.store.streamInfo(stream)()).toMatchObject({ right: { status: 'open' } })
  })

  it('snapshots', async () => {
    await fresh.store.append({ stream, expected: 'any', events: [newEvent()] })()
    await failAtCommit(fresh, 'snapshots')
    expect(await fresh.store.saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 })()).toMatchObject(lost)
  })
})
