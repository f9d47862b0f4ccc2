import { makeMemoryStore } from '@foldlog/memory-store'
import {
  FailurePolicy,
  HandlerStop,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  ParkedEvent,
  Projection,
  RuntimeStatus,
  Views,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import * as t from 'io-ts'
import { added, append, right, startRuntime, streamOf, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50, stopTimeout: 500 }

type Store = ReturnType<typeof makeMemoryStore>

/** A view with the sum of each stream, in a version of the code. */
const sums = (version = 1, factor: number | 'fails' = 1) =>
  Projection.make({
    name: 'sums',
    version,
    from: [things],
    view: t.number,
    key: ({ stream }) => stream,
    project: (sum, { event }) => {
      if (factor === 'fails') throw new Error('a mistake')
      return (sum ?? 0) + (event.type === 'Added' ? event.data.n * factor : 0)
    },
  })

const logged = () => {
  const messages: Array<readonly [level: string, message: string, facts: unknown]> = []
  const at = (level: string) => (message: string, facts?: unknown) => messages.push([level, message, facts])
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { logger, of: (level: string) => messages.filter(([own]) => own === level).map(([, message]) => message) }
}

const start = async (store: Store, projection: ReturnType<typeof sums>) => {
  const { logger, of } = logged()
  const runtime = makeHandlerRuntime({ store, handlers: [projection], limits, logger })
  await startRuntime(runtime)
  return { ...runtime, logs: of }
}

const views = async (store: Store) => {
  const page = right(await Views.make(sums(), store).list({ count: 1_000 })())
  return { position: page.position, count: page.views.length, total: page.views.reduce((sum, [, n]) => sum + n, 0) }
}

const generations = async (store: Store) =>
  right(await store.generations()).map(({ generation, role }) => [generation, role])

const serves = async (store: Store) => right(await store.generations()).find((one) => one.serves)?.generation

describe('a projection that starts now', () => {
  it('has its 20 views after a rebuild, and after its version was raised', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 10; i++) await append(store, `early-${i}`, added(1))
    const first = await start(store, { ...sums(), start: 'now' })
    let last = 0
    for (let i = 0; i < 20; i++) last = await append(store, i, added(1))
    right(await first.waitFor(['sums'], last)())
    expect(await views(store)).toMatchObject({ count: 20, total: 20 })
    right(await first.rebuild('sums')())
    await until(async () => (await serves(store)) === 1_000_001)
    expect(await views(store)).toMatchObject({ count: 20, total: 20 })
    // Also when the start in the code has changed by then: a start applies only once.
    const second = await start(store, { ...sums(2), start: { time: new Date(Date.now() + 60_000) } })
    await until(async () => (await serves(store)) === 2_000_000)
    expect(await views(store)).toMatchObject({ count: 20, total: 20 })
    await Promise.all([first.stop(), second.stop()])
  })
})

describe('a version whose code fails for every event', () => {
  it('leaves 100 views unchanged, logs one error, and is replaced by a rebuild with working code', async () => {
    const store = makeMemoryStore()
    const old = await start(store, sums())
    let last = 0
    for (let i = 0; i < 100; i++) last = await append(store, i, added(1))
    right(await old.waitFor(['sums'], last)())
    let tried = 0
    const counting: Store = {
      ...store,
      promote: (of) => {
        tried++
        return store.promote(of)
      },
    }
    const broken = await start(counting, sums(2, 'fails'))
    await until(() => broken.logs('error').length > 0)
    for (let i = 0; i < 3; i++) {
      last = await append(store, i, added(1))
      right(await old.waitFor(['sums'], last)())
      await until(async () => right(await store.generations()).every(({ position }) => position >= last))
    }
    const before = tried
    await until(() => tried > before + 2)
    expect(await views(store)).toEqual({ position: last, count: 100, total: 103 })
    const parks = ['an event is parked', 'more events are parked']
    expect(broken.logs('error').filter((message) => !parks.includes(message))).toEqual([
      'a build cannot take over: it has parked events',
    ])
    expect(broken.logs('error').filter((message) => parks.includes(message)).length).toBeLessThan(103)
    const overviews = right(await RuntimeStatus.read(store)()).handlers
    expect(overviews).toMatchObject([
      { generation: 1_000_000, role: 'serving', building: false, waitsFor: [] },
      {
        generation: 2_000_000,
        role: 'building',
        building: true,
        parked: 103,
        waitsFor: ['103 of its events are parked: retry or discard them, or rebuild'],
      },
    ])
    expect(right(await ParkedEvent.list(store, 'sums', 2_000_000)())).toHaveLength(103)
    expect(right(await ParkedEvent.list(store, 'sums')())).toHaveLength(0)
    await broken.stop()

    const sound = await start(store, sums(2, 10))
    right(await sound.rebuild('sums')())
    await until(async () => (await serves(store)) === 2_000_001)
    expect(await views(store)).toMatchObject({ count: 100, total: 1_030 })
    await until(async () => (await generations(store)).length === 2)
    expect(await generations(store)).toEqual([
      [1_000_000, 'previous'],
      [2_000_001, 'serving'],
    ])
    await Promise.all([old.stop(), sound.stop()])
  })

  it('takes over when the last of its parked events is retried or discarded', async () => {
    const store = makeMemoryStore()
    const old = await start(store, sums())
    const last = await append(store, 1, added(1))
    right(await old.waitFor(['sums'], last)())
    const broken = await start(store, sums(2, 'fails'))
    await until(() => broken.logs('error').length > 0)
    const [parked] = right(await ParkedEvent.list(store, 'sums', 2_000_000)())
    if (parked === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.discard(store, parked)())
    await until(async () => (await serves(store)) === 2_000_000)
    expect(await views(store)).toMatchObject({ count: 0 })
    // After the rollback the views are there.
    right(await old.rollBack('sums')())
    await until(async () => (await serves(store)) === 1_000_000)
    expect(await views(store)).toMatchObject({ count: 1, total: 1 })
    await Promise.all([old.stop(), broken.stop()])
  })

  it('that stops by its policy is replaced by a rebuild too, and a sound build continues', async () => {
    const store = makeMemoryStore()
    const old = await start(store, sums())
    const last = await append(store, 1, added(1))
    right(await old.waitFor(['sums'], last)())
    const broken = await start(store, { ...sums(2, 'fails'), onFailure: FailurePolicy.stop })
    await until(() => broken.logs('error').includes('a handler has stopped'))
    const [, built] = right(await RuntimeStatus.read(store)()).handlers
    expect(built).toMatchObject({ state: 'stopped', waitsFor: ['it is 1 positions behind the generation that serves'] })
    await broken.stop()
    const sound = await start(store, sums(2))
    right(await sound.rebuild('sums')())
    right(await sound.rebuild('sums')())
    await until(async () => (await serves(store)) === 2_000_001)
    expect((await generations(store)).map(([generation]) => generation)).not.toContain(2_000_002)
    await Promise.all([old.stop(), sound.stop()])
  })
})

describe('a rebuild', () => {
  it('is worked on immediately, also when an older list of generations arrives after it has begun', async () => {
    const store = makeMemoryStore()
    let hold = false
    let answer = () => {}
    const released: Array<number> = []
    const slow: Store = {
      ...store,
      generations: async () => {
        const generations = await store.generations()
        if (hold) {
          hold = false
          await new Promise<void>((resolve) => {
            answer = resolve
          })
        }
        return generations
      },
      release: (leases) => {
        released.push(...leases.map(({ generation }) => generation))
        return store.release(leases)
      },
    }
    const runtime = await start(slow, sums())
    const last = await append(store, 1, added(1))
    right(await runtime.waitFor(['sums'], last)())
    hold = true
    await until(() => !hold)
    right(await runtime.rebuild('sums')())
    answer()
    await until(async () => (await serves(store)) === 1_000_001)
    expect(released.filter((generation) => generation === 1_000_001)).toEqual([])
    await runtime.stop()
  })
})

describe('a rollback', () => {
  it('is rejected without a former generation, and for a handler that this process does not have', async () => {
    const store = makeMemoryStore()
    const runtime = await start(store, sums())
    expect(await runtime.rollBack('sums')()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await runtime.rollBack('unknown')()).toMatchObject({ left: { _tag: 'UnknownHandler', known: ['sums'] } })
    expect(await runtime.abandon('unknown')()).toMatchObject({ left: { _tag: 'UnknownHandler' } })
    right(await runtime.abandon('sums')())
    await runtime.stop()
  })

  it('requested by the new code waits for a process with the old code, and can be cancelled', async () => {
    const store = makeMemoryStore()
    const old = await start(store, sums())
    right(await old.waitFor(['sums'], await append(store, 1, added(1)))())
    await old.stop()
    const newer = await start(store, sums(2, 10))
    await until(async () => (await serves(store)) === 2_000_000)
    const last = await append(store, 1, added(1))
    right(await newer.waitFor(['sums'], last)())

    right(await newer.rollBack('sums')())
    expect(newer.logs('warn')).toContain('a rollback waits for a process with the former version of the code')
    const former = async () => right(await RuntimeStatus.read(store)()).handlers[0]
    expect(await former()).toMatchObject({ role: 'returning', building: true, state: 'no process' })
    right(await newer.abandon('sums')())
    expect(await former()).toMatchObject({ role: 'previous', state: 'kept', lag: 0, lagSeconds: 0, waitsFor: [] })

    right(await newer.rollBack('sums')())
    right(await newer.rollBack('sums')())
    const again = await start(store, sums())
    await until(async () => (await serves(store)) === 1_000_000)
    expect(await views(store)).toEqual({ position: last, count: 1, total: 2 })
    right(await newer.waitFor(['sums'], await append(store, 1, added(1)))())
    expect(await views(store)).toMatchObject({ total: 3 })
    expect(again.logs('error')).toEqual([])
    await Promise.all([newer.stop(), again.stop()])

    // A process that is started with the rolled-back version does nothing, and logs it.
    const third = await start(store, sums(2, 10))
    expect(third.logs('error')).toEqual(['this version of a handler was rolled back; this process does nothing for it'])
    expect(await serves(store)).toBe(1_000_000)
    // A corrected version is built anew.
    right(await third.rebuild('sums')())
    await until(async () => (await serves(store)) === 2_000_001)
    expect(await views(store)).toMatchObject({ total: 30 })
    await third.stop()
  })

  it('of a version persists when the former one is rebuilt: the version does not return by itself', async () => {
    const store = makeMemoryStore()
    const old = await start(store, sums())
    right(await old.waitFor(['sums'], await append(store, 1, added(1)))())
    const newer = await start(store, sums(2, 10))
    await until(async () => (await serves(store)) === 2_000_000)
    right(await old.rollBack('sums')())
    await until(async () => (await serves(store)) === 1_000_000)
    await newer.stop()
    right(await old.rebuild('sums')())
    await until(async () => (await serves(store)) === 1_000_001)
    const again = await start(store, sums(2, 10))
    expect(again.logs('error')).toEqual(['this version of a handler was rolled back; this process does nothing for it'])
    const kept = [
      [1_000_000, 'previous'],
      [1_000_001, 'serving'],
      [2_000_000, 'outdated'],
    ]
    for (let i = 0; i < 3; i++) {
      right(await old.waitFor(['sums'], await append(store, 1, added(1)))())
      expect(await generations(store)).toEqual(kept)
    }
    // Another version takes over from both, and only the one before is left of them.
    const third = await start(store, sums(3, 100))
    await until(async () => (await generations(store)).length === 2)
    expect(await generations(store)).toEqual([
      [1_000_001, 'previous'],
      [3_000_000, 'serving'],
    ])
    expect(await views(store)).toMatchObject({ total: 400 })
    await Promise.all([old.stop(), again.stop(), third.stop()])
  })

  it('precedes a build, which takes over after it', async () => {
    const store = makeMemoryStore()
    const old = await start(store, sums())
    right(await old.waitFor(['sums'], await append(store, 1, added(1)))())
    await old.stop()
    const newer = await start(store, sums(2, 10))
    await until(async () => (await serves(store)) === 2_000_000)
    right(await newer.waitFor(['sums'], await append(store, 1, added(1)))())
    right(await newer.rollBack('sums')())
    right(await newer.rebuild('sums')())
    await until(async () => {
      const built = right(await RuntimeStatus.read(store)()).handlers.find((one) => one.generation === 2_000_001)
      return built?.waitsFor.join() === 'generation 1000000 is being rolled back to'
    })
    const again = await start(store, sums())
    await until(async () => (await serves(store)) === 2_000_001)
    expect(await views(store)).toMatchObject({ total: 20 })
    expect(await generations(store)).toContainEqual([1_000_000, 'previous'])
    await Promise.all([newer.stop(), again.stop()])
  })
})

describe('an inline projection', () => {
  const inlineSums = (version: number, factor: number) =>
    InlineProjection.make({
      name: 'sums',
      version,
      from: [things],
      view: t.number,
      key: ({ stream }) => stream,
      project: (sum, { event }) => (sum ?? 0) + (event.type === 'Added' ? event.data.n * factor : 0),
    })

  it('is rolled back by the code that was open before, without a missing event', async () => {
    const store = makeMemoryStore()
    const first = makeInlineProjections({ store, projections: [inlineSums(1, 1)] })
    await append(store, 1, added(1))
    right(await first.open())
    await append(first.store, 1, added(1))
    const second = makeInlineProjections({ store, projections: [inlineSums(2, 10)] })
    right(await second.open())
    await append(second.store, 1, added(1))
    expect(await views(store)).toMatchObject({ total: 30 })
    await expect(append(first.store, 1, added(1))).rejects.toThrow('is not open')
    expect(await second.rollBack('sums')()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await first.open()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    right(await first.rollBack('sums')())
    expect(await views(store)).toMatchObject({ total: 3 })
    await append(first.store, 1, added(1))
    expect(await views(store)).toMatchObject({ total: 4 })
    expect(right(await store.streamInfo(streamOf(1))())).toMatchObject({ version: 4 })
    const reopened = await second.open()
    expect(reopened).toMatchObject({ left: { why: 'version 2 of sums does not exist, or was rolled back' } })
    await expect(append(second.store, 1, added(1))).rejects.toThrow('is not open')
    // A rollback that cannot be done is cancelled, and does not block a build.
    const parking = {
      ...inlineSums(2, 10),
      project: () => {
        throw new Error('a mistake')
      },
    }
    const broken = makeInlineProjections({ store, projections: [parking] })
    expect(await broken.rollBack('sums')()).toMatchObject({ left: { why: expect.stringContaining('has stopped') } })
    expect(await generations(store)).toEqual([
      [1_000_000, 'serving'],
      [2_000_000, 'previous'],
    ])
    const resumed = right(await HandlerStop.resume(store, 'sums')())
    expect(resumed).toBe(true)
    right(await second.rollBack('sums')())
    expect(await views(store)).toMatchObject({ total: 40 })
  })
})
