import { storeUnavailable } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime, pull } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { added, append, interceptCalls, right, startRuntime, things, until } from './fixtures.ts'

it('failed heartbeats are logged ever more rarely, and the next successful one is logged once', async () => {
  let away = false
  let heartbeats = 0
  const store = interceptCalls(makeMemoryStore(), (name, request) => async (): Promise<unknown> => {
    if (name !== 'heartbeat') return request()
    heartbeats++
    return away ? E.left(storeUnavailable('away', true, undefined)) : request()
  })
  const logged: Array<readonly [string, unknown]> = []
  const log = (message: string, { missed }: Readonly<Record<string, unknown>>) => {
    if (missed !== undefined) logged.push([message, missed])
  }
  const handler = EventHandler.make({
    name: 'seer',
    from: [things],
    start: 'origin',
    handle: () => async () => E.right(undefined),
  })
  const runtime = makeHandlerRuntime({
    store,
    handlers: [handler],
    limits: { leaseTime: 60 },
    logger: { debug: () => {}, info: log, warn: log, error: () => {} },
  })
  await startRuntime(runtime)
  await until(() => heartbeats > 0)
  away = true
  const before = heartbeats
  await until(() => heartbeats > before + 20)
  away = false
  await until(() => logged.at(-1)?.[0] === 'heartbeats succeed again')
  await runtime.stop()
  const missed = logged.slice(0, -1).map(([, number]) => number)
  expect(missed).toEqual([1, 2, 4, 8, 16, 32, 64, 128].slice(0, missed.length))
  expect(missed.length).toBeGreaterThanOrEqual(5)
  expect(logged.at(-1)).toEqual(['heartbeats succeed again', expect.any(Number)])
})

/** A store that never answers some heartbeats, by their number from 1. */
const losing = (store: MemoryStore, isLost: (number: number) => boolean) => {
  let sent = 0
  const seen = interceptCalls(store, (name, request) => async (): Promise<unknown> => {
    if (name === 'heartbeat' && isLost(++sent)) return new Promise(() => {})
    return request()
  })
  return { store: seen, sent: () => sent }
}

const leaseTime = 90

/** Begins to get the events of a store; returns how many it has got, and how it ends. */
const consumers: ReadonlyArray<{
  readonly title: string
  readonly begin: (store: MemoryStore) => { readonly received: () => number; readonly end: () => Promise<unknown> }
}> = [
  {
    title: 'a group',
    begin: (store) => {
      let handled = 0
      const handle = () => async () => E.right(handled++)
      const handlers = [EventHandler.make({ name: 'seer', from: [things], start: 'origin', handle })]
      const runtime = makeHandlerRuntime({ store, handlers, limits: { leaseTime, pollInterval: 10, stopTimeout: 50 } })
      const starting = runtime.start()
      return { received: () => handled, end: () => starting.then(() => runtime.stop()) }
    },
  },
  {
    title: 'a pull subscription',
    begin: (store) => {
      let pulled = 0
      const events = pull({ store, name: 'pulled', leaseTime, pollInterval: 10 })
      const loop = (async () => {
        for await (const event of events) {
          right(event).ack()
          pulled++
        }
      })()
      return { received: () => pulled, end: () => events.return().then(() => loop) }
    },
  },
]

describe.each(consumers)('the heartbeats of $title', ({ begin }) => {
  it.each([
    ['the first', (number: number) => number === 1],
    ['a later one', (number: number) => number === 3],
    ['every other one', (number: number) => number % 2 === 0],
  ])('continue when %s is never answered', async (_title, isLost) => {
    const { store, sent } = losing(makeMemoryStore(), isLost)
    const { received, end } = begin(store)
    await append(store, 1, added(1))
    await until(() => sent() > 6)
    await append(store, 2, added(2))
    await until(() => received() >= 2)
    await end()
  })
})
