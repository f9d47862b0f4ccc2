import { storeUnavailable } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { interceptCalls, startRuntime, things, until } from './fixtures.ts'

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
  const handler = EventHandler.make({ name: 'seer', from: [things], handle: () => async () => E.right(undefined) })
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
