import { EventCodec } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { BatchHandler, EventHandler, FailurePolicy, ParkedEvent, TransactionalHandler } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { constantDelay, limitRetries, Monoid } from 'retry-ts'
import { added, append, broken, right, tables, things, until } from './fixtures.ts'
import { listed, nothingParked, parkLane, run, seer } from './parkedLanes.ts'

describe('a requested discard', () => {
  it('from the last event of a lane to the first lets none of them through, while the handler runs', async () => {
    const store = makeMemoryStore()
    const { handler, seen, mend } = seer()
    await parkLane(store, handler, 1_200)
    mend()
    const runtime = await run(store, handler)
    for (const one of (await listed(store)).toReversed())
      expect(right(await ParkedEvent.discard(store, one)())).toBe(true)
    await nothingParked(store)
    expect(seen).toEqual([])
    await runtime.stop()
  })

  it('is honoured for an event behind one whose retry is requested', async () => {
    const store = makeMemoryStore()
    const { handler, seen, mend } = seer()
    await parkLane(store, handler, 4)
    mend()
    const [head, , third] = await listed(store)
    if (head === undefined || third === undefined) throw new Error('too few are parked')
    right(await ParkedEvent.retry(store, head)())
    right(await ParkedEvent.discard(store, third)())
    const runtime = await run(store, handler)
    await nothingParked(store)
    expect(seen).toEqual(['thing-a@1', 'thing-a@2', 'thing-a@4', 'thing-a@5'])
    await runtime.stop()
  })
})

describe('a requested retry', () => {
  it('of an event behind its head is done, too, when it has failed itself', async () => {
    const store = makeMemoryStore()
    const { handler, seen, mend } = seer()
    const last = await append(store, 'a', broken, added(1), broken, added(2))
    const first = await run(store, handler)
    right(await first.waitFor(['seer'], last)())
    const [head] = await listed(store)
    if (head === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.discard(store, head)())
    // The third event is tried, as the second one is handled, and fails itself.
    await until(
      async () =>
        (await listed(store)).map(({ version, behind }) => `${version} ${behind}`).join() === '3 false,4 true',
    )
    expect(seen).toEqual(['thing-a@2'])
    mend()
    for (const one of await listed(store)) right(await ParkedEvent.retry(store, one)())
    await nothingParked(store)
    expect(seen).toEqual(['thing-a@2', 'thing-a@3', 'thing-a@4'])
    await first.stop()
  })

  it('tries events as the policy says, and does not let new events wait for the pauses', async () => {
    const store = makeMemoryStore()
    const { handler, seen, attempts, mend } = seer(4)
    await append(store, 'a', broken)
    const runtime = await run(store, handler)
    right(await runtime.waitFor(['seer'], await append(store, 'b', added(1)))())
    const [head] = await listed(store)
    expect(head?.attempts).toBe(4)
    if (head === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.retry(store, head)())
    await until(async () => (await listed(store))[0]?.attempts === 8)
    expect(attempts.toSorted()).toEqual([1, 1, 1, 2, 2, 3, 3, 4, 4])
    mend()
    right(await ParkedEvent.retry(store, head)())
    await nothingParked(store)
    expect(seen).toEqual(['thing-b@1', 'thing-a@1'])
    await runtime.stop()
  })
})

describe('the attempts of a parked event', () => {
  const policy = FailurePolicy.make('park', Monoid.concat(limitRetries(3), constantDelay(1)))

  it.each(['EventHandler', 'BatchHandler', 'TransactionalHandler'] as const)(
    'are all of its tries, with an %s',
    async (kind) => {
      const store = makeMemoryStore()
      let tries = 0
      const fail = (isAlone: boolean) => async () => {
        if (isAlone) tries++
        return E.left('no')
      }
      const common = { name: 'seer', from: [things], start: 'origin', onFailure: policy } as const
      const handler =
        kind === 'EventHandler'
          ? EventHandler.make({ ...common, handle: () => fail(true) })
          : kind === 'BatchHandler'
            ? BatchHandler.make({ ...common, handle: (events) => fail(events.length === 1) })
            : TransactionalHandler.make({
                ...common,
                transactions: tables(store).transactions,
                handle: (_: Array<string>, events) => fail(events.length === 1),
              })
      const last = await append(store, 'a', added(1))
      const runtime = await run(store, handler)
      right(await runtime.waitFor(['seer'], last)())
      const [head] = await listed(store)
      expect([head?.attempts, tries]).toEqual([4, 4])
      if (head === undefined) throw new Error('nothing is parked')
      right(await ParkedEvent.retry(store, head)())
      await until(async () => (await listed(store))[0]?.requestedAction === null && tries >= 8)
      await until(async () => (await listed(store))[0]?.attempts === 8)
      expect(tries).toBe(8)
      await runtime.stop()
    },
  )

  it('are its tries, too, when it is split into events of several lanes that are one transaction', async () => {
    const store = makeMemoryStore()
    let isKnown = false
    let tries = 0
    const older = EventCodec.make({ Other: t.strict({}) })
    const pair = [1, 2].map((n) => ({ type: 'Added', data: { n } }) as const)
    const handler = TransactionalHandler.make({
      name: 'seer',
      from: [
        {
          category: things.category,
          events: {
            ...things.events,
            decode: (recorded) => (isKnown ? E.right(pair) : older.decode(recorded)),
          },
        },
      ],
      lane: ({ event }) => `${event.type === 'Added' ? event.data.n : 0}`,
      onFailure: policy,
      transactions: tables(store).transactions,
      handle: () => async () => {
        tries++
        return E.left('no')
      },
    })
    const last = await append(store, 'a', added(1))
    const runtime = await run(store, handler)
    right(await runtime.waitFor(['seer'], last)())
    const [parked] = await listed(store)
    expect([parked?.attempts, tries]).toEqual([1, 0])
    if (parked === undefined) throw new Error('nothing is parked')
    isKnown = true
    right(await ParkedEvent.retry(store, parked)())
    await until(async () => (await listed(store)).some(({ attempts }) => attempts > 1))
    expect([(await listed(store))[0]?.attempts, tries]).toEqual([5, 4])
    await runtime.stop()
  })
})
