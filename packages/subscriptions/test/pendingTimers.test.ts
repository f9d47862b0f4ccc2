import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, PendingTimer, ProcessManager, Reaction } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 600, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 50 }
const year = 365 * 24 * 3_600_000

/** A process for each stream, with a timer that is due in a year. */
const running = async (store: MemoryStore, ids: ReadonlyArray<string> = ['a', 'b', 'c']) => {
  const fired: Array<readonly [key: string, dueAt: number]> = []
  const later = new Date(Date.now() + year)
  const manager = ProcessManager.make({
    name: 'manager',
    from: [things],
    start: 'origin',
    state: t.string,
    initialState: '',
    key: ({ stream }) => stream,
    evolve: (state: string, input) => (input._tag === 'EventHappened' ? input.event.stream : state),
    react: (state, input) => {
      if (input._tag === 'TimerFired') fired.push([state, input.dueAt.getTime()])
      return input._tag === 'EventHappened' ? [Reaction.schedule('later', later)] : []
    },
  })
  const runtime = makeHandlerRuntime({ store, handlers: [manager], dispatch: () => TE.right(undefined), limits })
  await startRuntime(runtime)
  for (const id of ids) await append(store, id, added(1))
  const timers = async () => right(await PendingTimer.page(store, { name: 'manager' })()).timers
  if (ids.length > 0) await until(async () => (await timers()).length === ids.length)
  return { runtime, fired, later, timers }
}

describe('a pending timer', () => {
  it('is listed with its process, by pages', async () => {
    const store = makeMemoryStore()
    const { runtime, later } = await running(store)
    const all = right(await PendingTimer.page(store, { name: 'manager' })())
    expect(all.next).toBeUndefined()
    expect(all.timers).toMatchObject(
      ['a', 'b', 'c'].map((id) => ({ process: `thing-${id}`, timer: 'later', due: later, requestedAction: null })),
    )
    const first = right(await PendingTimer.page(store, { name: 'manager', count: 2 })())
    const rest = right(await PendingTimer.page(store, { name: 'manager', after: first.next })())
    expect([...first.timers, ...rest.timers]).toEqual(all.timers)
    await runtime.stop()
  })

  it('fires at once when that is requested, once, and the others wait', async () => {
    const store = makeMemoryStore()
    const { runtime, fired, timers } = await running(store)
    const [, second] = await timers()
    if (second === undefined) throw new Error('there is no timer')
    const before = Date.now()
    expect(right(await PendingTimer.fire(store, second)())).toBe(true)
    await until(() => fired.length > 0)
    await until(async () => (await timers()).length === 2)
    expect(fired).toEqual([['thing-b', expect.any(Number)]])
    expect(fired[0]?.[1]).toBeGreaterThanOrEqual(before)
    expect(fired[0]?.[1]).toBeLessThan(before + 60_000)
    expect((await timers()).map(({ process }) => process)).toEqual(['thing-a', 'thing-c'])
    expect(right(await PendingTimer.fire(store, second)())).toBe(false)
    await runtime.stop()
  })

  it('is moved, earlier and later, also across a restart', async () => {
    const store = makeMemoryStore()
    const first = await running(store)
    const [one, two] = await first.timers()
    if (one === undefined || two === undefined) throw new Error('there is no timer')
    await first.runtime.stop()
    // No process works on it: the owner comes later.
    const [past, future] = [new Date(Date.now() - 1_000), new Date(Date.now() + 2 * year)]
    expect(right(await PendingTimer.move(store, one, past)())).toBe(true)
    expect(right(await PendingTimer.move(store, two, future)())).toBe(true)
    expect((await first.timers()).map(({ requestedAction }) => requestedAction)).toEqual([
      `move ${past.getTime()}`,
      `move ${future.getTime()}`,
      null,
    ])
    const second = await running(store, [])
    await until(() => second.fired.length > 0)
    expect(second.fired).toEqual([['thing-a', past.getTime()]])
    await until(async () => (await second.timers()).every(({ requestedAction }) => requestedAction === null))
    const moved = (await second.timers()).find(({ process }) => process === 'thing-b')
    expect(moved?.due).toEqual(future)
    expect(second.fired).toHaveLength(1)
    await second.runtime.stop()
  })

  it('cannot be moved to no time', async () => {
    const store = makeMemoryStore()
    const document = { name: 'a', generation: 1, kind: 'timer', key: 'k' } as const
    expect(await PendingTimer.move(store, { document }, new Date(Number.NaN))()).toMatchObject({
      left: { _tag: 'InvalidInput', what: 'at' },
    })
  })
})
