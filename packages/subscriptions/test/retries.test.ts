import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnyEventHandler,
  type AnyTransactionalHandler,
  EventHandler,
  FailurePolicy,
  type HandlerRuntime,
  HandlerStop,
  makeHandlerRuntime,
  ParkedEvent,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { constantDelay, limitRetries, Monoid } from 'retry-ts'
import { added, append, broken, cuttable, right, startRuntime, tables, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50, stopTimeout: 50, batchSize: 50, pageSize: 60 }

const patiently = (verdict: 'park' | 'skip' | 'stop', tries: number) =>
  FailurePolicy.make(verdict, Monoid.concat(limitRetries(tries), constantDelay(3)))

/** The effects of a handler: it records events, and fails on those for which `fails` holds. */
interface RecordingHandler {
  readonly seen: () => ReadonlyArray<string>
  readonly handler: AnyEventHandler | AnyTransactionalHandler
}

type Fails = (event: string) => boolean

/** Records events when they are begun: also those that are redelivered, because no commit has recorded them. */
const effects = (_: MemoryStore, fails: Fails, onFailure: FailurePolicy, partitions = 1): RecordingHandler => {
  const seen: Array<string> = []
  const handler = EventHandler.make({
    name: 'noting',
    from: [things],
    start: 'origin',
    partitions,
    onFailure,
    handle:
      ({ stream, version }) =>
      async () => {
        if (fails(`${stream}@${version}`)) return E.left('no')
        seen.push(`${stream}@${version}`)
        return E.right(undefined)
      },
  })
  return { seen: () => seen, handler }
}

/** Records events in the transaction of its checkpoint. */
const rows = (store: MemoryStore, fails: Fails, onFailure: FailurePolicy, partitions = 1): RecordingHandler => {
  const { transactions, rows: seen } = tables(store)
  const handler = TransactionalHandler.make({
    name: 'noting',
    from: [things],
    partitions,
    onFailure,
    transactions,
    handle: (table: Array<string>, events) => async () => {
      for (const { stream, version } of events) {
        if (fails(`${stream}@${version}`)) return E.left('no')
        table.push(`${stream}@${version}`)
      }
      return E.right(undefined)
    },
  })
  return { seen, handler }
}

const run = async (store: MemoryStore, { handler }: RecordingHandler, more = {}): Promise<HandlerRuntime> => {
  const runtime = makeHandlerRuntime({ store, handlers: [handler], limits: { ...limits, ...more } })
  await startRuntime(runtime)
  return runtime
}

const versionsOf = (seen: ReadonlyArray<string>, stream: string): ReadonlyArray<number> =>
  seen.flatMap((one) => (one.startsWith(`${stream}@`) ? [Number(one.slice(stream.length + 1))] : []))

/** The position up to which the stored gaps say that events are handled, beyond the checkpoint. */
const gapsUpTo = async (store: MemoryStore): Promise<number> => {
  const { documents } = right(await store.listDocuments({ name: 'noting', kind: 'gaps' })())
  // As it is stored.
  return (documents[0]?.data as { readonly doneTo: number } | undefined)?.doneTo ?? 0
}

describe.each([
  ['an event handler', effects],
  ['a transactional handler', rows],
])('%s that fails on one stream for a long time', (_, make) => {
  it('continues with all other streams, and after a crash repeats none, loses none, and keeps the order', async () => {
    const store = makeMemoryStore()
    let away = true
    let tries = 0
    const fails = (event: string) => {
      if (event === 'thing-bad@2') tries++
      return away && event === 'thing-bad@2'
    }
    const noting = make(store, fails, patiently('park', 1_000_000))
    const cut = cuttable(store)
    const first = await run(cut.store, noting)
    let last = 0
    for (let version = 1; version <= 5; version++) {
      last = await append(store, 'bad', added(version))
      for (let i = 0; i < 100; i++) last = await append(store, i, added(version))
    }
    await until(() => noting.seen().length === 501)
    expect(versionsOf(noting.seen(), 'thing-bad')).toEqual([1])
    // The checkpoint is before the event that is not handled, and the gaps document has what is handled beyond it.
    expect(right(await store.checkpoints(['noting'])()).positions).toEqual({ noting: 101 })
    await until(async () => (await gapsUpTo(store)) === last)
    await until(async () => right(await first.status()).handlers[0]?.state === 'retrying')
    expect(right(await first.status()).handlers[0]).toMatchObject({ position: 101, parked: 0 })
    expect(await first.waitFor(['noting'], last, 20)()).toMatchObject({ left: { _tag: 'HandlersTimedOut' } })

    cut.cut('unavailable')
    await first.stop()
    // A process that reads a page of events that are handled already, and crashes there.
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const readLog: MemoryStore['readLog'] = (options) => async () => {
      if ((options?.after ?? 0) > 110) await gate
      return store.readLog(options)()
    }
    const between = cuttable({ ...store, readLog })
    const killed = await run(between.store, noting)
    const before = tries
    await until(() => tries > before + 3)
    between.cut('unavailable')
    open()
    await killed.stop()

    const second = await run(store, noting)
    last = Math.max(await append(store, 'bad', added(6)), await append(store, 'new', added(1)))
    await until(() => noting.seen().length === 502)
    away = false
    right(await second.waitFor(['noting'], last, 20_000)())
    expect(noting.seen()).toHaveLength(507)
    expect(new Set(noting.seen()).size).toBe(507)
    expect(versionsOf(noting.seen(), 'thing-bad')).toEqual([1, 2, 3, 4, 5, 6])
    for (let i = 0; i < 100; i++) expect(versionsOf(noting.seen(), `thing-${i}`)).toEqual([1, 2, 3, 4, 5])
    // Nothing is left of it.
    expect(await gapsUpTo(store)).toBe(0)
    expect(right(await second.status()).handlers[0]).toMatchObject({ lag: 0, parked: 0 })
    await second.stop()
  })

  it('parks the event at last, with those that came behind it meanwhile', async () => {
    const store = makeMemoryStore()
    const noting = make(store, (event) => event === 'thing-bad@1', patiently('park', 3))
    const last = await append(store, 'bad', added(1), added(2))
    const runtime = await run(store, noting)
    await append(store, 'good', added(1))
    right(await runtime.waitFor(['noting'], last + 1, 20_000)())
    expect(noting.seen()).toEqual(['thing-good@1'])
    const parked = right(await ParkedEvent.list(store, 'noting')())
    expect(parked.map(({ version, behind }) => [version, behind])).toEqual([
      [1, false],
      [2, true],
    ])
    await runtime.stop()
  })

  it('skips the event at last, and handles those that came behind it', async () => {
    const store = makeMemoryStore()
    const noting = make(store, (event) => event === 'thing-bad@1', patiently('skip', 3))
    const last = await append(store, 'bad', added(1), added(2), added(3))
    const runtime = await run(store, noting)
    right(await runtime.waitFor(['noting'], last, 20_000)())
    expect(noting.seen()).toEqual(['thing-bad@2', 'thing-bad@3'])
    await runtime.stop()
  })

  it('stops there at last, and repeats nothing that was handled beyond it', async () => {
    const store = makeMemoryStore()
    let away = true
    const noting = make(store, (event) => away && event === 'thing-bad@1', patiently('stop', 10))
    const last = await append(store, 'bad', added(1), added(2))
    const runtime = await run(store, noting)
    for (let i = 0; i < 30; i++) await append(store, i, added(1))
    await until(async () => right(await runtime.status()).handlers[0]?.state === 'stopped')
    expect(right(await runtime.status()).handlers[0]?.stopped).toMatchObject([{ position: 1 }])
    await until(async () => right(await store.handlerStatuses())[0]?.partitions[0]?.holder === null)
    away = false
    right(await HandlerStop.resume(store, 'noting')())
    right(await runtime.waitFor(['noting'], last + 30, 20_000)())
    expect(new Set(noting.seen()).size).toBe(noting.seen().length)
    expect(noting.seen()).toHaveLength(32)
    await runtime.stop()
  })

  it('is bounded: with 100 retrying streams it begins no other event', async () => {
    const store = makeMemoryStore()
    let away = true
    const noting = make(store, (event) => away && event.startsWith('thing-bad'), patiently('park', 1_000_000))
    const batch = 5
    const runtime = await run(store, noting, { batchSize: batch, pageSize: 5 })
    for (let i = 0; i < 200; i++) await append(store, `bad-${i}`, added(1))
    const last = await append(store, 'good', added(1))
    await until(async () => (await gapsUpTo(store)) >= 100)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await gapsUpTo(store)).toBeLessThan(100 + batch)
    expect(noting.seen()).toEqual([])
    away = false
    right(await runtime.waitFor(['noting'], last, 20_000)())
    expect(noting.seen()).toHaveLength(201)
    await runtime.stop()
  })
})

describe('whatever fails, for however long, and whichever process crashes', () => {
  const partitions = 2
  const happening = fc.oneof(
    fc.record({ what: fc.constant('write' as const), stream: fc.nat(4), events: fc.integer({ min: 1, max: 12 }) }),
    fc.record({
      what: fc.constantFrom('unavailable' as const, 'unanswered' as const, 'stop' as const),
      process: fc.nat(1),
    }),
    fc.record({ what: fc.constant('start' as const), process: fc.nat(1) }),
    fc.record({ what: fc.constant('fail' as const), stream: fc.nat(4) }),
    fc.record({ what: fc.constant('mend' as const), stream: fc.nat(4) }),
    fc.record({ what: fc.constant('wait' as const), turns: fc.nat(8) }),
  )

  it.each([
    ['a handler with effects handles every event at least once, in order', effects, false],
    ['a transactional handler handles every event once, in order', rows, true],
  ])('%s', async (_, make, once) => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 8, maxLength: 30 }), async (happenings) => {
        const store = makeMemoryStore()
        const failing = new Set<string>()
        const policy = patiently('park', 1_000_000)
        const noting = make(store, (event) => failing.has(event.split('@')[0] ?? ''), policy, partitions)
        const processes = new Map<
          number,
          { readonly runtime: HandlerRuntime; readonly cut: ReturnType<typeof cuttable> }
        >()
        const ended: Array<Promise<void>> = []
        const small = { leaseTime: 60, pollInterval: 20, batchSize: 7, pageSize: 11, stopTimeout: 0 }
        let last = 0
        const written = new Map<string, number>()
        const begin = async (n: number) => {
          if (processes.has(n)) return
          const cut = cuttable(store)
          processes.set(n, { cut, runtime: await run(cut.store, noting, small) })
        }
        await begin(0)
        for (const one of happenings) {
          if (one.what === 'write') {
            const stream = `thing-${one.stream}`
            last = await append(store, one.stream, ...Array.from({ length: one.events }, (_, i) => added(i)))
            written.set(stream, (written.get(stream) ?? 0) + one.events)
          } else if (one.what === 'fail') failing.add(`thing-${one.stream}`)
          else if (one.what === 'mend') failing.delete(`thing-${one.stream}`)
          else if (one.what === 'wait')
            for (let i = 0; i < one.turns; i++) await new Promise((done) => setTimeout(done, 1))
          else if (one.what === 'start') await begin(one.process)
          else {
            const process = processes.get(one.process)
            if (process === undefined) continue
            processes.delete(one.process)
            if (one.what !== 'stop') process.cut.cut(one.what)
            ended.push(process.runtime.stop())
          }
        }
        failing.clear()
        const final = await run(store, noting, small)
        right(await final.waitFor(['noting'], last, 20_000)())
        for (const [stream, count] of written) {
          const versions = versionsOf(noting.seen(), stream)
          const firsts = once ? versions : [...new Set(versions)]
          expect([stream, firsts]).toEqual([stream, Array.from({ length: count }, (_, i) => i + 1)])
        }
        await Promise.all([...ended, final.stop(), ...[...processes.values()].map(({ runtime }) => runtime.stop())])
      }),
      { numRuns: 20 },
    )
  })
})

describe('a retry in flight when the runtime stops', () => {
  it('is finished, and committed', async () => {
    const store = makeMemoryStore()
    let [tries, finish] = [0, (): void => {}]
    const handler = EventHandler.make({
      name: 'noting',
      from: [things],
      start: 'origin',
      onFailure: patiently('park', 1_000),
      handle: () => async () => {
        if (++tries === 1) return E.left('no')
        await new Promise<void>((resolve) => {
          finish = resolve
        })
        return E.right(undefined)
      },
    })
    const last = await append(store, 1, broken)
    const runtime = makeHandlerRuntime({ store, handlers: [handler], limits: { ...limits, stopTimeout: 60_000 } })
    await startRuntime(runtime)
    await until(() => tries === 2)
    const stopping = runtime.stop()
    finish()
    await stopping
    expect(right(await store.checkpoints(['noting'])()).positions).toEqual({ noting: last })
  })
})
