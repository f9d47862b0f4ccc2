import type { LogPosition } from '@foldlog/core'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { right } from '../fixtures.ts'
import { connect, type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'
import { appendOne } from './openAppend.ts'

let fresh: FreshStore
beforeAll(async () => {
  fresh = await freshStore()
})
afterAll(() => fresh.close())

/**
 * Begins a new history and stores an event in it while a read is between its first look and its look at the end of the
 * log: that look waits for the table of events, which is locked by the transaction that appends.
 */
const askedWhileOneBegins = async <A>(ask: () => Promise<A>): Promise<A> => {
  const { store, watcher, schema, url } = fresh
  const client = connect(url, { max: 1 })
  await client.unsafe(`begin; lock table "${schema}".events in access exclusive mode`)
  const asked = ask()
  for (let waits = 0; waits === 0; ) {
    const rows =
      await watcher`select 1 from pg_locks where relation = ${`"${schema}".events`}::regclass and not granted`
    waits = rows.length
  }
  await client.unsafe(`update "${schema}".log_state set made_by = '0'`)
  await right(
    store.inTransaction(client).append({ stream: streamName('begun-1'), expected: 'any', events: [newEvent()] }),
  )
  await client.unsafe('commit')
  await client.end({ timeout: 5 })
  return asked
}

/** Checks that the place is one of the log, and that the new history had begun before the answer. */
const expectPlace = async (place: LogPosition, before: string): Promise<void> => {
  expect(await right(fresh.store.history)).not.toBe(before)
  expect(await fresh.store.verify(place)()).toEqual({ _tag: 'Right', right: undefined })
}

describe('a place in an answer, although a new history begins meanwhile,', () => {
  it('is a place of the log at the end of a page', async () => {
    await appendOne(fresh, 'thing-1')
    const before = await right(fresh.store.history)
    await expectPlace(await askedWhileOneBegins(() => right(fresh.store.readLog())), before)
  })

  it('is a place of the log as the checkpoint of an inline projection', async () => {
    const { store } = fresh
    await appendOne(fresh, 'thing-2')
    await right(store.register({ name: 'inline', generation: 1, partitions: 1, start: 0 }))
    await right(store.openInline({ name: 'inline', generation: 1 }, ['nothing']))
    // A transaction that ends releases the lock of the table before its advisory locks. So the read may still find the
    // floor of the append, and return the position before it: a place too, but not the case that is wanted here.
    for (let hasAppended = false; !hasAppended; ) {
      const before = await right(store.history)
      const { history, positions } = await askedWhileOneBegins(() => right(store.checkpoints(['inline'])))
      await expectPlace({ position: positions['inline'] ?? 0, history }, before)
      hasAppended = positions['inline'] === (await right(store.settledPosition))
    }
  })
})
