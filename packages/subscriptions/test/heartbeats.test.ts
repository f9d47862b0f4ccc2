import { storeUnavailable } from '@foldlog/core'
import { memoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { interceptCalls, right, things, until } from './fixtures.ts'

it('heartbeats that do not come through are told ever more rarely, and once that they do again', async () => {
  let away = false
  let asked = 0
  const store = interceptCalls(memoryStore(), (name, question) => async (): Promise<unknown> => {
    if (name !== 'heartbeat') return question()
    asked++
    return away ? E.left(storeUnavailable('away', true, undefined)) : question()
  })
  const told: Array<readonly [string, unknown]> = []
  const tell = (message: string, { missed }: Readonly<Record<string, unknown>>) => {
    if (missed !== undefined) told.push([message, missed])
  }
  const handler = EventHandler.make({ name: 'seer', from: [things], handle: () => async () => E.right(undefined) })
  const runtime = makeHandlerRuntime({
    store,
    handlers: [handler],
    limits: { leaseTime: 60 },
    logger: { debug: () => {}, info: tell, warn: tell, error: () => {} },
  })
  right(await runtime.start())
  await until(() => asked > 0)
  away = true
  const before = asked
  await until(() => asked > before + 20)
  away = false
  await until(() => told.at(-1)?.[0] === 'heartbeats succeed again')
  await runtime.stop()
  const missed = told.slice(0, -1).map(([, number]) => number)
  expect(missed).toEqual([1, 2, 4, 8, 16, 32, 64, 128].slice(0, missed.length))
  expect(missed.length).toBeGreaterThanOrEqual(5)
  expect(told.at(-1)).toEqual(['heartbeats succeed again', expect.any(Number)])
})
