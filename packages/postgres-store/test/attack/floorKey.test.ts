import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { connect, type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'
import { appendOne, openAppend, readPositions } from './openAppend.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

/** Sets the sequence as if positions up to this one had been drawn. */
const drawnUpTo = (position: number) =>
  fresh.watcher.unsafe(`select setval('"${fresh.schema}".positions', ${position})`)

describe('the key of a floor, with 40 bits of the position,', () => {
  it.each([
    ['half of the space', 2 ** 39],
    ['the whole space', 2 ** 40],
    ['twice the space', 2 ** 41],
    ['the end of the safe integers', 2 ** 53 - 9],
  ])('keeps the settled position below open writers on both sides of %s', async (_name, edge) => {
    await drawnUpTo(edge - 3)
    const below = await openAppend(fresh, 'a-1')
    const passed = await appendOne(fresh, 'b-1')
    const across = await openAppend(fresh, 'c-1')
    const after = await appendOne(fresh, 'd-1')
    const above = await openAppend(fresh, 'e-1')
    const last = await appendOne(fresh, 'f-1')
    const all = [below, across, above].map(({ appended }) => appended.positions[0])
    expect([all[0], passed, all[1], after, all[2], last]).toEqual([-2, -1, 0, 1, 2, 3].map((n) => edge + n))
    expect(await readPositions(fresh)).toEqual({ events: [], settled: edge - 3 })
    await below.end('commit')
    expect(await readPositions(fresh)).toEqual({ events: [edge - 2, edge - 1], settled: edge - 1 })
    await across.end('rollback')
    expect(await readPositions(fresh, edge - 1)).toEqual({ events: [edge + 1], settled: edge + 1 })
    await above.end('commit')
    expect(await readPositions(fresh, edge + 1)).toEqual({ events: [edge + 2, edge + 3], settled: edge + 3 })
  })

  it('holds readers back for a writer that stays open while almost the whole key space is drawn', async () => {
    const open = await openAppend(fresh, 'a-1')
    await drawnUpTo(2 ** 40 - 2)
    await appendOne(fresh, 'b-1')
    expect(await readPositions(fresh)).toEqual({ events: [], settled: 0 })
    await open.end('commit')
    expect(await readPositions(fresh)).toEqual({ events: [1, 2 ** 40 - 1], settled: 2 ** 40 - 1 })
  })

  it('lets a foreign lock in its key space do no more than hold readers back until its release', async () => {
    await drawnUpTo(1_000)
    await appendOne(fresh, 's-1')
    const other = connect(fresh.url, { max: 1 })
    for (const floor of [0, 500, 1_000_000, 2 ** 39 + 5]) {
      await other.unsafe(`select pg_advisory_lock_shared("${fresh.schema}".floor_key(
        (select tableoid from "${fresh.schema}".positions), ${floor}))`)
      const { settled } = await readPositions(fresh, 1_001)
      expect(settled).toBe(1_001)
      expect((await readPositions(fresh)).settled).toBeLessThanOrEqual(1_001)
      await other.unsafe('select pg_advisory_unlock_all()')
    }
    expect(await readPositions(fresh)).toEqual({ events: [1_001], settled: 1_001 })
    await other.end({ timeout: 5 })
  })
})

describe('the sequence of positions', () => {
  const refused = {
    left: { _tag: 'StoreUnavailable', retryable: false, why: expect.stringContaining('readers may have passed it') },
  }

  it('loses nothing with a cache: an append that would draw behind a reader gets a clear error', async () => {
    // One connection, so that both come from one session.
    const one = await freshStore(undefined, {}, { max: 1 })
    await one.watcher.unsafe(`alter sequence "${one.schema}".positions cache 5`)
    expect(await appendOne(one, 's-1')).toBe(1)
    expect((await readPositions(one)).settled).toBe(1)
    const append = { stream: streamName('s-1'), expected: 'any', events: [newEvent()] } as const
    for (let i = 0; i < 4; i++) expect(await one.store.append(append)()).toMatchObject(refused)
    // After the cache it draws from the sequence again; correcting the sequence loses nothing.
    expect(await one.store.append(append)()).toMatchObject({ right: { positions: [6], version: 2, repeated: false } })
    await one.watcher.unsafe(`alter sequence "${one.schema}".positions cache 1`)
    expect(await appendOne(one, 's-1')).toBe(11)
    expect(await readPositions(one)).toEqual({ events: [1, 6, 11], settled: 11 })
    await one.close()
  })

  it('has not drawn the number at which it was restarted, as after a restore', async () => {
    await appendOne(fresh, 's-1')
    await fresh.watcher.unsafe(`alter sequence "${fresh.schema}".positions restart with 100`)
    expect((await readPositions(fresh)).settled).toBe(1)
    const open = await openAppend(fresh, 's-2')
    expect(open.appended.positions).toEqual([100])
    expect((await readPositions(fresh)).settled).toBe(1)
    await open.end('commit')
    expect(await readPositions(fresh)).toEqual({ events: [1, 100], settled: 100 })
  })

  it('gives the append a clear error when it was set back into the log', async () => {
    for (let i = 0; i < 3; i++) await appendOne(fresh, 's-1')
    await drawnUpTo(1)
    expect(
      await fresh.store.append({ stream: streamName('s-1'), expected: 'any', events: [newEvent()] })(),
    ).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: false, why: expect.stringContaining('advance_sequences') },
    })
  })

  it('ends with the safe integers: an append that does not fit gets a clear error, and nothing of it is stored', async () => {
    const last = Number.MAX_SAFE_INTEGER
    await drawnUpTo(last - 2)
    expect(await appendOne(fresh, 's-1')).toBe(last - 1)
    const two = { stream: streamName('s-1'), expected: 'any', events: [newEvent(), newEvent()] } as const
    const full = { _tag: 'StoreUnavailable', retryable: false, why: expect.stringContaining('the log is full') }
    expect(await fresh.store.append(two)()).toMatchObject({ left: full })
    expect(await readPositions(fresh)).toEqual({ events: [last - 1], settled: last - 1 })
    expect(await fresh.store.streamInfo(streamName('s-1'))()).toMatchObject({ right: { version: 1 } })
    expect(await fresh.store.append({ ...two, events: [newEvent()] })()).toMatchObject({ left: full })
  })
})
