import type { Appended, RecordedEvent } from '@foldlog/core'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'
import { killBackendsWhile } from './killBackendsWhile.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore(undefined, { retryTimeout: 30_000 })
})

afterEach(() => fresh.close())

const readAll = async ({ store }: FreshStore): Promise<ReadonlyArray<RecordedEvent>> => {
  const all: Array<RecordedEvent> = []
  for (let after = 0; ; ) {
    const slice = await store.readLog({ after })()
    if (E.isLeft(slice)) throw new Error(JSON.stringify(slice.left))
    all.push(...slice.right.events)
    after = slice.right.position
    if (slice.right.end) return all
  }
}

describe('killed backends', () => {
  it('lose and double nothing that was acknowledged in the middle of appends, and no process crashes or hangs', async () => {
    const { store } = fresh
    const acknowledged: Array<{ readonly id: string; readonly result: Appended }> = []
    const failures: Array<unknown> = []
    let over = false
    const done = () => acknowledged.length
    const killing = killBackendsWhile(fresh, { every: 20, done, over: () => over })
    await Promise.all(
      Array.from({ length: 16 }, async (_, worker) => {
        for (let i = 0; i < 150; i++) {
          const event = newEvent({ worker, i })
          const append = { stream: streamName(`s-${(worker * 7 + i) % 40}`), expected: 'any', events: [event] } as const
          const result = await store.append(append)()
          if (E.isLeft(result)) failures.push(result.left)
          else acknowledged.push({ id: event.id, result: result.right })
        }
      }),
    )
    over = true
    const killed = await killing
    // With 30 s of retries against kills of single backends, every append succeeds.
    expect(failures).toEqual([])
    const log = await readAll(fresh)
    expect(killed).toBeGreaterThan(20)
    expect(log).toHaveLength(16 * 150)
    const byId = new Map(log.map((event) => [event.id as string, event]))
    expect(byId.size).toBe(log.length)
    for (const { id, result } of acknowledged) {
      const event = byId.get(id)
      expect([event?.stream, event?.version, event?.position]).toEqual([
        result.stream,
        result.version,
        result.positions[0],
      ])
    }
  })

  it('leave all or none of an append to several streams', async () => {
    const { store } = fresh
    let over = false
    let finished = 0
    const killing = killBackendsWhile(fresh, { every: 10, done: () => finished, over: () => over })
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        store
          .appendAll([
            { stream: streamName(`left-${i % 20}`), expected: 'any', events: [newEvent({ pair: i })] },
            { stream: streamName(`right-${i % 17}`), expected: 'any', events: [newEvent({ pair: i })] },
          ])()
          .finally(() => finished++),
      ),
    )
    over = true
    expect(await killing).toBeGreaterThan(0)
    expect(results.filter(({ _tag }) => _tag === 'Left')).toEqual([])
    const pairs = new Map<unknown, number>()
    for (const { data } of await readAll(fresh)) {
      const pair = JSON.stringify(data)
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
    }
    expect([...pairs.values()].every((count) => count === 2)).toBe(true)
    expect(pairs.size).toBe(200)
  })

  it('leave no read, snapshot or deletion without an answer', async () => {
    const { store } = fresh
    const stream = streamName('s-1')
    await store.append({ stream, expected: 'any', events: Array.from({ length: 200 }, () => newEvent()) })()
    let over = false
    let rounds = 0
    const killing = killBackendsWhile(fresh, { every: 1, done: () => rounds, over: () => over })
    for (let i = 1; i <= 60; i++) {
      const other = streamName(`gone-${i}`)
      const results = await Promise.all([
        store.readStream(stream)(),
        store.readLog({ filter: { streams: [stream] } })(),
        store.saveSnapshot({ stream, version: i, schemaVersion: 1, state: { i } })(),
        store.readFromSnapshot(stream, 1)(),
        store.append({ stream: other, expected: 'any', events: [newEvent()] })(),
        store.streamInfo(stream)(),
      ])
      expect(results.filter(({ _tag }) => _tag === 'Left')).toEqual([])
      expect(await store.deleteStream(other, 1)()).toMatchObject({ right: { status: 'deleted', version: 1 } })
      rounds++
    }
    over = true
    expect(await killing).toBeGreaterThan(0)
    expect(await store.readFromSnapshot(stream, 1)()).toMatchObject({ right: { snapshot: { value: { version: 60 } } } })
  })
})
