import { makePostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { connect, type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'
import { appendOne, openAppend, readPositions } from './openAppend.ts'

let fresh: FreshStore
/** A transaction that stays open after a failure would keep the schema from being dropped. */
let onTheWayOut = async (): Promise<void> => {}

beforeEach(async () => {
  onTheWayOut = async () => {}
  fresh = await freshStore(undefined, { retryTimeout: 3_000, statementTimeout: 1_500 })
})

afterEach(async () => {
  await onTheWayOut()
  await fresh.close()
})

/** Appends to many streams, new and existing ones, alone and concurrently: all must succeed. */
const othersAppend = async (rounds: ReadonlyArray<number>): Promise<void> => {
  for (const round of rounds) {
    const names = Array.from({ length: 20 }, (_, i) => `other-${i}`)
    expect(await Promise.all(names.map((name) => appendOne(fresh, name)))).toHaveLength(20)
    await appendOne(fresh, `new-${round}`, 'noStream')
  }
}

describe('an append that failed while some transaction stays open', () => {
  it('keeps no writer of other streams waiting when that transaction is its own', async () => {
    await appendOne(fresh, 's-1')
    const client = connect(fresh.url, { max: 1 })
    await client.unsafe('begin')
    const { append } = fresh.store.inTransaction(client)
    const events = [newEvent()]
    for (const [name, expected] of [
      ['s-1', 7],
      ['s-2', 'streamExists'],
      ['s-1', 'noStream'],
    ] as const) {
      const refused = await append({ stream: streamName(name), expected, events })()
      expect(refused).toMatchObject({ left: { _tag: 'VersionConflict' } })
    }
    await othersAppend([1, 2])
    await client.unsafe('commit')
    await client.end({ timeout: 5 })
    await appendOne(fresh, 's-1', 1)
    // Readers wait at the place where the transaction began, as for any other that appends; they wait no longer than
    // that.
    const { events: seen, settled } = await readPositions(fresh)
    expect([seen.length, settled]).toEqual([44, seen.at(-1)])
  })

  it('blocks no writer and leaves no statement waiting when it waited in vain for another on the same stream', async () => {
    const { end } = await openAppend(fresh, 's-1')
    let ended = false
    onTheWayOut = async () => {
      if (!ended) await end('rollback')
    }
    const waiting = fresh.store.append({ stream: streamName('s-1'), expected: 'any', events: [newEvent()] })()
    await until(async () => {
      const rows = await fresh.watcher`
        select from pg_stat_activity where application_name = ${fresh.application} and wait_event_type = 'Lock'`
      return rows.length > 0
    })
    // During its wait, and after its timeout. (Appends of the same batch wait with it.)
    await othersAppend([1, 2])
    expect(await waiting).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
    await othersAppend([3, 4])
    await end('rollback')
    ended = true
    await appendOne(fresh, 's-1')
    const { events: seen, settled } = await readPositions(fresh)
    expect(settled).toBe(seen.at(-1))
  })

  it('fails alone of its batch, and leaves no statement waiting on the server', async () => {
    const patient = makePostgresStore({ sql: fresh.sql, schema: fresh.schema })
    const { end } = await openAppend(fresh, 's-1')
    let ended = false
    onTheWayOut = async () => {
      if (!ended) await end('rollback')
    }
    const append = (name: string) =>
      patient.append({ stream: streamName(name), expected: 'any', events: [newEvent()] })()
    // Called in one turn, so they are sent as one batch, in which each holds the lock that the others wait for.
    const outcomes = await Promise.all(['a-1', 's-1', 'z-1'].map(append))
    expect(outcomes.map(({ _tag }) => _tag)).toEqual(['Right', 'Left', 'Right'])
    await until(async () => {
      const rows = await fresh.watcher`
        select from pg_stat_activity where application_name = ${fresh.application} and wait_event_type = 'Lock'`
      return rows.length === 0
    })
    await end('rollback')
    ended = true
    await appendOne(fresh, 's-1')
  }, 60_000)
})
