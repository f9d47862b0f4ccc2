import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { ParkedEvent } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { added, append, cuttable, right, until } from './fixtures.ts'
import { listed, nothingParked, parkLane, run, seer } from './parkedLanes.ts'

describe('a requested discard', () => {
  it('is honoured for each of 3,000 events of one lane, in whatever order their lane is taken up', async () => {
    const store = makeMemoryStore()
    const { handler, seen, mend } = seer()
    await parkLane(store, handler, 2_999)
    mend()
    for (const one of await listed(store)) expect(right(await ParkedEvent.discard(store, one)())).toBe(true)
    const runtime = await run(store, handler)
    await nothingParked(store)
    expect(seen).toEqual([])
    right(await runtime.waitFor(['seer'], await append(store, 'a', added(1)))())
    expect(seen).toEqual(['thing-a@3001'])
    await runtime.stop()
  })
})

describe('a requested retry', () => {
  it('of 3,000 events of one lane that fails again tries its head a few times', async () => {
    const store = makeMemoryStore()
    const { handler, attempts } = seer()
    await parkLane(store, handler, 2_999)
    for (const one of await listed(store)) right(await ParkedEvent.retry(store, one)())
    const runtime = await run(store, handler)
    await until(async () => (await listed(store)).every(({ requestedAction }) => requestedAction === null))
    expect(attempts.length).toBeLessThan(20)
    expect(await listed(store)).toHaveLength(3_000)
    await runtime.stop()
  })

  it.each([
    ['in streams of their own', 10_000, 1],
    ['in streams of ten', 200, 10],
    ['in one stream', 1, 3_000],
  ])('of many events %s takes few requests, and new events are handled in between', async (_, streams, length) => {
    const store = makeMemoryStore()
    const { handler, seen, mend, breakAll } = seer()
    breakAll()
    let last = 0
    for (let i = 0; i < streams; i++) last = await append(store, `p${i}`, ...Array.from({ length }, (_, n) => added(n)))
    const first = await run(store, handler)
    right(await first.waitFor(['seer'], last, 60_000)())
    await first.stop()
    const parked = await listed(store)
    expect(parked).toHaveLength(streams * length)
    for (const one of parked) right(await ParkedEvent.retry(store, one)())
    mend()
    const events = Array.from({ length: 1_000 }, (_, n) => added(n))
    const newest = await append(store, 'new', ...events)
    const cut = cuttable(store)
    const begun: MemoryStore = {
      ...cut.store,
      // What is requested is found when the first new event is handled.
      dueDocuments:
        (...request) =>
        async () => {
          await until(() => seen.length > 0)
          return cut.store.dueDocuments(...request)()
        },
    }
    const runtime = await run(begun, handler, { batchSize: 10 })
    right(await runtime.waitFor(['seer'], newest, 60_000)())
    await nothingParked(store)
    expect(seen).toHaveLength(streams * length + 1_000)
    expect(new Set(seen).size).toBe(seen.length)
    // While there are both, at most a hundred retried events come between two batches of new ones.
    const isNew = seen.map((one) => one.startsWith('thing-new'))
    const between = isNew
      .slice(0, isNew.lastIndexOf(true))
      .map((one) => (one ? 'new' : '.'))
      .join('')
      .split('new')
      .map((retried) => retried.length)
    expect(Math.max(...between)).toBeLessThanOrEqual(100)
    expect(Math.max(...between)).toBeGreaterThan(0)
    const requests = ['commit', 'getDocuments', 'listDocuments', 'findEvents', 'readLog'].map(cut.calls)
    const total = requests.reduce((sum, n) => sum + n, 0)
    // Five for each event before.
    expect(total).toBeLessThan((streams * length) / 3)
    await runtime.stop()
  })
})

describe('a takeover of 20,000 parked events', () => {
  it('reads them in pages of 1,000, one after another, and then handles new events', async () => {
    const store = makeMemoryStore()
    const { handler, seen, mend, breakAll } = seer()
    breakAll()
    let last = 0
    for (let i = 0; i < 2_000; i++)
      last = await append(store, `p${i}`, ...Array.from({ length: 10 }, (_, n) => added(n)))
    const first = await run(store, handler)
    right(await first.waitFor(['seer'], last, 60_000)())
    await first.stop()
    mend()
    const pages: Array<number> = []
    let inFlight = 0
    const paged: MemoryStore = {
      ...store,
      listDocuments: (query) => async () => {
        if (query.kind !== 'parked') return store.listDocuments(query)()
        expect(inFlight++).toBe(0)
        const page = await store.listDocuments(query)()
        inFlight--
        pages.push(right(page).documents.length)
        return page
      },
    }
    const runtime = await run(paged, handler)
    // A new event of a blocked lane is parked, one of another lane is handled.
    await append(store, 'p7', added(11))
    right(await runtime.waitFor(['seer'], await append(store, 'new', added(1)), 60_000)())
    expect(seen).toEqual(['thing-new@1'])
    expect(Math.max(...pages)).toBe(1_000)
    expect(pages.reduce((sum, count) => sum + count, 0)).toBe(20_000)
    expect(await listed(store)).toHaveLength(20_001)
    await runtime.stop()
  })
})
