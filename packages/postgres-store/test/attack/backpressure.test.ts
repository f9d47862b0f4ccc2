import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { freshStore, newEvent, streamName, until } from './freshStore.ts'

const append = (i: number) =>
  ({ stream: streamName(`s-${i}`), expected: 'noStream', events: [newEvent({ i })] }) as const

describe('a full queue', () => {
  it('rejects appends with StoreOverloaded, and accepts more when it has drained', async () => {
    const fresh = await freshStore(undefined, { batching: { appends: 2, inFlight: 1, waiting: 5 } })
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => fresh.store.append(append(i))()))
    const refused = results.filter(E.isLeft).map(({ left }) => left)
    expect(refused.length).toBeGreaterThan(0)
    for (const error of refused) expect(error).toEqual({ _tag: 'StoreOverloaded', waiting: 5, limit: 5 })
    expect(E.isRight(await fresh.store.append(append(100))())).toBe(true)
    const log = await fresh.store.readLog()()
    expect(log).toMatchObject({ right: { events: { length: results.filter(E.isRight).length + 1 } } })
    await fresh.close()
  })

  it('lets appends pass that need not wait for the foreign lock that blocks another', async () => {
    const fresh = await freshStore(undefined, { batching: { inFlight: 2 } })
    await fresh.store.append(append(1))()
    const held = await fresh.watcher.begin(async (tx) => {
      await tx.unsafe(`select from "${fresh.schema}".streams where name = 's-1' for update`)
      const waiting = fresh.store.append({ stream: streamName('s-1'), expected: 1, events: [newEvent()] })()
      await until(async () => {
        const [row] =
          await fresh.sql`select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and application_name = ${fresh.application}`
        return Number(row?.['n']) > 0
      })
      expect(E.isRight(await fresh.store.append(append(2))())).toBe(true)
      return { waiting }
    })
    expect(await held.waiting).toMatchObject({ right: { version: 2 } })
    await fresh.close()
  })

  it('is finished by stop, which rejects later appends', async () => {
    const fresh = await freshStore(undefined, { batching: { appends: 3, inFlight: 1 } })
    const waiting = Array.from({ length: 40 }, (_, i) => fresh.store.append(append(i))())
    await new Promise(setImmediate)
    await fresh.store.stop()
    expect((await Promise.all(waiting)).every(E.isRight)).toBe(true)
    expect(await fresh.store.append(append(99))()).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: false },
    })
    await fresh.close()
  })
})
