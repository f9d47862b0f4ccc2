import { makeMemoryStore } from '@foldlog/memory-store'
import { StartFrom, type SubscriptionOptions, subscribe } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { added, append, cuttable, listening, right } from './fixtures.ts'

/** The positions of the next events of a subscription. */
const first = async (n: number, options: SubscriptionOptions): Promise<ReadonlyArray<number>> => {
  const seen: Array<number> = []
  for await (const event of subscribe(options)) {
    seen.push(right(event).position)
    if (seen.length === n) break
  }
  return seen
}

const positionOf = ({ value }: Awaited<ReturnType<ReturnType<typeof subscribe>['next']>>): number =>
  value === undefined ? -1 : right<unknown, { readonly position: number }>(value).position

const upTo = (n: number, after = 0): ReadonlyArray<number> => Array.from({ length: n - after }, (_, i) => after + i + 1)

describe('a transient subscription', () => {
  it.each(['pageSize', 'pollInterval'])('refuses a %s that is no number of its range', async (number) => {
    for (const value of [Number.NaN, -1, 0, 0.5, '5', null, 2 ** 48]) {
      const events = subscribe({ store: makeMemoryStore(), [number]: value })
      expect(await events.next()).toMatchObject({ value: { left: { _tag: 'InvalidInput', what: number } } })
      expect((await events.next()).done).toBe(true)
    }
    const events = subscribe({ store: makeMemoryStore(), signal: {} as AbortSignal })
    expect(await events.next()).toMatchObject({ value: { left: { what: 'signal' } } })
  })

  it('delivers each event once and in order, stored events and those that are appended while it is read', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 50; i++) await append(store, i % 3, added(i))
    const writing = (async () => {
      for (let i = 0; i < 250; i++) {
        await append(store, i % 3, added(i))
        if (i % 10 === 0) await new Promise(setImmediate)
      }
    })()
    expect(await first(300, { store, start: 'origin', pageSize: 7 })).toEqual(upTo(300))
    await writing
  })

  it('begins after a position, at a time, or now', async () => {
    let now = 1_000_000
    const store = makeMemoryStore({ clock: () => now })
    for (let i = 0; i < 20; i++) {
      await append(store, 1, added(i))
      now += 1_000
    }
    expect(await first(5, { store, start: { after: 15 } })).toEqual(upTo(20, 15))
    expect(await first(5, { store, start: { time: new Date(1_015_000) } })).toEqual(upTo(20, 15))
    const later = subscribe({ store, filter: { categories: ['thing'] } })
    const coming = later.next()
    await new Promise(setImmediate)
    await append(store, 1, added(20))
    expect(positionOf(await coming)).toBe(21)
    await later.return()
  })

  it('misses no event at a time because an event with an earlier time follows it', async () => {
    // As concurrent transactions and clocks that are set back make them.
    const times = [10, 20, 30, 40, 35, 33, 50, 45, 60, 70].map((seconds) => 1_000_000 + seconds * 1_000)
    let i = 0
    const store = makeMemoryStore({ clock: () => times[i] ?? 0 })
    for (; i < times.length; i++) await append(store, 1, added(i))
    const start = { time: new Date(1_000_000 + 38_000) }
    expect(right(await StartFrom.position(store, start)())).toBe(3)
    expect(right(await StartFrom.position(store, { time: new Date(0) })())).toBe(0)
    expect(right(await StartFrom.position(store, { time: new Date(9_000_000) })())).toBe(10)
    expect(await StartFrom.position(store, { time: new Date(Number.NaN) })()).toMatchObject({ _tag: 'Left' })
  })

  it('waits for an unavailable store, and ends with an error that would recur', async () => {
    const cut = cuttable(makeMemoryStore())
    await append(cut.store, 1, added(1))
    cut.cut('unavailable')
    const events = subscribe({ store: cut.store, start: 'origin', pollInterval: 10 })
    const next = events.next()
    while (cut.calls('history') < 3) await new Promise(setImmediate)
    cut.mend()
    expect(positionOf(await next)).toBe(1)
    await events.return()
    const bad = subscribe({ store: cut.store, start: { after: -1 } })
    expect((await bad.next()).value).toMatchObject({ _tag: 'Left', left: { _tag: 'InvalidInput' } })
    expect((await bad.next()).done).toBe(true)
  })

  it('reads no further ahead than a page, however slow its consumer', async () => {
    const cut = cuttable(makeMemoryStore())
    for (let i = 0; i < 100; i++) await append(cut.store, 1, added(i))
    const events = subscribe({ store: cut.store, start: 'origin', pageSize: 10 })
    for (let i = 0; i < 10; i++) await events.next()
    await new Promise(setImmediate)
    expect(cut.calls('readLog')).toBe(1)
    await events.return()
  })

  it('ends at its signal, also in a page and in a wait; 1,000 of them leave nothing behind', async () => {
    const { store, listeners } = listening(makeMemoryStore())
    await append(store, 1, added(1), added(2))
    const abort = new AbortController()
    const warnings: Array<unknown> = []
    const onWarning = (warning: unknown): void => void warnings.push(warning)
    process.on('warning', onWarning)
    const ends = Array.from({ length: 1_000 }, async () => {
      const seen: Array<number> = []
      for await (const event of subscribe({ store, start: 'origin', signal: abort.signal, pollInterval: 1_000_000 })) {
        seen.push(right(event).position)
      }
      return seen
    })
    while (listeners() < 1_000) await new Promise(setImmediate)
    await append(store, 1, added(3))
    abort.abort()
    for (const seen of await Promise.all(ends)) expect(upTo(3).slice(0, seen.length)).toEqual(seen)
    expect(listeners()).toBe(0)
    process.off('warning', onWarning)
    // Node warns of a leak when many listen to one signal.
    expect(warnings).toEqual([])
    const one = new AbortController()
    const events = subscribe({ store, start: 'origin', signal: one.signal })
    await events.next()
    one.abort()
    expect((await events.next()).done).toBe(true)
  })
})
