import { EventCodec, EventId, type HandlerMismatch, type Logger, StreamName } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, type HandlerRuntime, makeHandlerRuntime, Projection, pull } from '@foldlog/subscriptions'
import { afterEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, interceptCalls, right, startRuntime, things, until } from './fixtures.ts'

const nextId = EventId.source({ now: Date.now, random: Math.random })

const others = { category: 'other', events: EventCodec.make({ Added: t.strict({ n: t.number }) }) } as const

const running: Array<HandlerRuntime> = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((runtime) => runtime.stop()))
})

type Handlers = Parameters<typeof makeHandlerRuntime>[0]['handlers']

const make = (store: MemoryStore, handlers: Handlers, logger?: Logger): HandlerRuntime => {
  const limits = { leaseTime: 600, pollInterval: 20, idleCommitInterval: 5 }
  const runtime = makeHandlerRuntime({ store, handlers, limits, ...(logger === undefined ? undefined : { logger }) })
  running.push(runtime)
  return runtime
}

const start = async (store: MemoryStore, ...handlers: Handlers): Promise<HandlerRuntime> => {
  const runtime = make(store, handlers)
  await startRuntime(runtime)
  return runtime
}

const refusal = async (store: MemoryStore, ...handlers: Handlers): Promise<HandlerMismatch> => {
  const started = await make(store, handlers).start()
  if (E.isRight(started) || started.left._tag !== 'HandlerMismatch') throw new Error(JSON.stringify(started))
  return started.left
}

const name = 'things'
const view = t.number
const key = ({ stream }: { readonly stream: string }) => stream
const counts = (version = 1) => Projection.make({ name, version, from: [things], view, key, project: (n = 0) => n + 1 })
const moreCounts = (version = 1) =>
  Projection.make({ name, version, from: [things, others], view, key, project: (n = 0) => n + 1 })
const mails = (handled: Array<number> = []) =>
  EventHandler.make({
    name,
    from: [things],
    start: 'origin',
    handle: ({ position }) => {
      handled.push(position)
      return TE.right(undefined)
    },
  })

const appendOther = async (store: MemoryStore): Promise<void> => {
  const event = { ...right(others.events.encode(added(1) as never)), id: nextId(), metadata: {} }
  right(await store.append({ stream: right(StreamName.make('other', '1')), expected: 'any', events: [event] })())
}

/** Runs a handler until it has passed an event of the other category. */
const passOther = async (store: MemoryStore, handler: Handlers[number]): Promise<void> => {
  const runtime = await start(store, handler)
  await appendOther(store)
  right(await runtime.waitFor([name], await append(store, 'b', added(1)))())
  await runtime.stop()
}

const servingOf = async (store: MemoryStore) => right(await store.generations()).filter(({ serves }) => serves)

describe('the identity of a handler', () => {
  it('is refused with both sides when another application has a handler of another kind under the name', async () => {
    const store = makeMemoryStore()
    await start(store, counts())
    for (const other of [mails(), { ...mails(), from: [others] }]) {
      expect(await refusal(store, other)).toMatchObject({
        name,
        stored: { kind: 'Projection', reads: { categories: ['thing'] }, partitions: 1 },
        given: { kind: 'EventHandler' },
      })
    }
  })

  it('is refused when sources with earlier events are added without a new version, and right with one', async () => {
    const store = makeMemoryStore()
    await passOther(store, counts())
    const mismatch = await refusal(store, moreCounts())
    expect(mismatch).toMatchObject({ differs: ['reads'], given: { reads: { categories: ['thing', 'other'] } } })
    expect((await refusal(store, { ...counts(), filter: { types: ['Added'] } })).differs).toEqual(['reads'])
    const runtime = await start(store, moreCounts(2))
    right(await runtime.waitFor([name], await append(store, 'a', added(1)))())
    expect(right(await store.generations()).map(({ identity }) => identity?.reads.categories?.length)).toContain(2)
  })

  it('is refused when a handler with effects passes events of a new source, or changes its partitions', async () => {
    const store = makeMemoryStore()
    await passOther(store, mails())
    expect((await refusal(store, { ...mails(), from: [things, others] })).differs).toEqual(['reads'])
    expect(await refusal(store, { ...mails(), partitions: 4 })).toMatchObject({
      differs: ['partitions'],
      stored: { partitions: 1 },
      given: { partitions: 4 },
    })
    await start(store, mails())
  })

  it('takes sources of which no event was passed, and a process with the former ones leaves', async () => {
    for (const [before, after] of [
      [counts(), moreCounts()],
      [mails(), { ...mails(), from: [things, others] }],
    ] as const) {
      const store = makeMemoryStore()
      const old = await start(store, before)
      right(await old.waitFor([name], await append(store, 'a', added(1)))())
      const runtime = await start(store, after)
      const reasons = async () => right(await old.status()).handlers.flatMap((one) => one.reasons)
      await until(async () => (await reasons()).some((why) => why.includes('"other"')))
      await appendOther(store)
      right(await runtime.waitFor([name], await append(store, 'a', added(2)))())
      await runtime.stop()
      expect((await refusal(store, before)).differs).toEqual(['reads'])
      await old.stop()
    }
  })

  it('passes no event of an added source in a process that does not know yet that others have added it', async () => {
    const handled: Array<number> = []
    const before = mails(handled)
    for (const [former, present] of [
      [counts(), moreCounts()],
      [before, { ...before, from: [things, others] }],
    ] as const) {
      const store = makeMemoryStore()
      let isAway = false
      let heartbeats = 0
      const slow = interceptCalls(store, (call, request) => async () => {
        if (call === 'heartbeat') heartbeats++
        return isAway && call === 'generations' ? E.left(storeUnavailable('away', true, undefined)) : request()
      })
      const old = await start(slow, former)
      right(await old.waitFor([name], await append(store, 'a', added(1)))())
      isAway = true
      const runtime = await start(store, present)
      await appendOther(store)
      const last = await append(store, 'a', added(2))
      const begun = heartbeats
      const isPassed = async () => right(await store.checkpoints([name])()).positions[name] === last
      await until(async () => heartbeats > begun + 3 || (await isPassed()))
      isAway = false
      right(await runtime.waitFor([name], last)())
      const views = right(await store.listDocuments({ name, kind: 'view' })()).documents.map((one) => one.key)
      expect(former === before ? handled : views).toContain(former === before ? 2 : 'other-1')
      await runtime.stop()
      await old.stop()
    }
  })

  it('takes other partitions with a new version of a projection', async () => {
    const store = makeMemoryStore()
    await (await start(store, counts())).stop()
    const runtime = await start(store, { ...counts(2), partitions: 3 })
    right(await runtime.waitFor([name], await append(store, 'a', added(1)))())
    await until3(store)
  })

  it('is answered for by an old version, which runs or starts while a newer one serves', async () => {
    const store = makeMemoryStore()
    const old = await start(store, counts())
    right(await old.waitFor([name], await append(store, 'a', added(1)))())
    await start(store, { ...counts(2), partitions: 3 })
    await until3(store)
    const again = await start(store, counts())
    for (const runtime of [old, again]) {
      const idle = async () =>
        right(await runtime.status()).handlers.find(({ state, role }) => state === 'stopped' && role !== 'serving')
      await until(async () => (await idle())?.reasons.some((why) => why.includes('a newer version')) ?? false)
      const serving = right(await runtime.status()).handlers.find(({ serves }) => serves)
      expect(serving).toMatchObject({ generation: 2_000_000, reasons: [] })
    }
  })

  it('keeps its start, and says when the code has another one', async () => {
    const store = makeMemoryStore()
    await append(store, 'a', added(1))
    await (await start(store, { ...mails(), start: 'now' })).stop()
    const warnings: Array<unknown> = []
    const logger = { debug: () => {}, info: () => {}, error: () => {}, warn: (text: string) => warnings.push(text) }
    await startRuntime(make(store, [{ ...mails(), start: 'origin' }], logger as Logger))
    expect(warnings).toContainEqual(expect.stringContaining('a handler keeps the start with which it was created'))
  })

  it('is compared when it was registered without one before', async () => {
    const store = makeMemoryStore()
    right(await store.register({ name, generation: 1_000_000, partitions: 1, start: 0 })())
    await (await start(store, mails())).stop()
    expect((await refusal(store, counts())).stored.kind).toBe('EventHandler')
  })

  it('is that of a pull subscription too', async () => {
    const store = makeMemoryStore()
    await (await start(store, mails())).stop()
    const first = await pull({ store, name }).next()
    expect(first.value).toMatchObject({ left: { _tag: 'HandlerMismatch', stored: { kind: 'EventHandler' } } })
    await append(store, 'a', added(1))
    const pulled = pull({ store, name: 'pulled', filter: { categories: ['thing'] } })
    expect((await pulled.next()).value).toMatchObject({ _tag: 'Right' })
    await pulled.return()
    const other = await pull({ store, name: 'pulled', filter: { categories: ['other'] } }).next()
    expect(other.value).toMatchObject({ left: { _tag: 'HandlerMismatch', differs: ['reads'] } })
  })

  it('is refused for a start beyond the end of the log', async () => {
    const store = makeMemoryStore()
    const position = await append(store, 'a', added(1))
    const started = await make(store, [{ ...mails(), start: { after: position + 1 } }]).start()
    expect(started).toMatchObject({ left: { _tag: 'InvalidInput', what: `start of ${name}` } })
    const pulled = await pull({ store, name: 'pulled', start: { after: position + 1 } }).next()
    expect(pulled.value).toMatchObject({ _tag: 'Left' })
    expect(right(await store.generations())).toEqual([])
  })
})

/** The generation with three partitions serves. */
const until3 = async (store: MemoryStore): Promise<void> => {
  for (;;) {
    const [serving] = await servingOf(store)
    if (serving?.partitions === 3) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
