import { describeUnknown } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import type { AnyEventHandler, HandlerRuntime, RuntimeOptions } from '@foldlog/subscriptions'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { constantDelay, limitRetries, Monoid } from 'retry-ts'
import { added, append, broken, right, startRuntime, tables, things, until } from './fixtures.ts'
import { type InjectedThrow, makeThrowInjector, unprintableError } from './injectThrows.ts'

/**
 * A throw is planted at every step between taking events and committing them, one step at a time, in every kind of
 * handler. Afterwards every event is handled or parked, or the handler has stopped with a reason and with its
 * checkpoint before the first event that is neither; and nothing is missing when it is resumed.
 */
const traps = makeThrowInjector()

const internal = '../src/internal'

/** Functions whose calls may throw, by their files. Each file is listed behind those that it imports. */
const functions: Readonly<Record<string, ReadonlyArray<string>>> = {
  'handlers/userCode': ['nextRetry', 'verdictFor'],
  'partition/ParkedDocument': ['parkedChange', 'decodeParked'],
  'partition/StopDocument': ['stopChange', 'stopState'],
  'partition/RetryingLanes': ['isFull', 'firstRetrying', 'setLane', 'queueBehind'],
  'partition/CheckpointGaps': ['restoreGaps', 'placeOf', 'unfinishedOf', 'documentOf', 'storeGaps'],
  'partition/BlockedLanes': ['makeBlockedLanesBuilder', 'block', 'unblock', 'divide'],
  'partition/PartitionState': ['checkpointAt'],
  'partition/Transition': ['transitionBy', 'unchanged', 'prepareCommit'],
  'partition/transitions': ['takeBatch', 'settleBatch', 'rejectBatch', 'settleRetry'],
  'partition/unparking': ['chooseParked', 'unparkingOf', 'settleUnparking', 'rejectUnparking'],
  'partition/parkedPages': ['readLanes', 'chooseTogether'],
}

/** Files with one factory, which has the name of the file without its folder and makes an object of functions. */
const made = [
  'partition/CommitBatcher',
  'reading/DuePoller',
  'partition/StoredStateLoader',
  'partition/PartitionLifecycle',
  'handlers/Outbox',
  'history/PartitionLog',
  'partition/PartitionCommitter',
  'partition/RetryRunner',
  'partition/ParkedLanes',
  'partition/ParkedActions',
  'partition/DeliveryQueue',
  'partition/TaskQueue',
  'group/HandlerWaits',
  'partition/PartitionLoop',
  'partition/Partition',
]

// A module that was imported before another is replaced keeps the one it has: so the innermost come first.
for (const [name, names] of Object.entries(functions)) {
  const module = `${internal}/${name}.ts`
  traps.onFunctions(module, names, await import(module))
}
for (const name of made) {
  const module = `${internal}/${name}.ts`
  traps.onMade(module, `make${name.slice(name.indexOf('/') + 1)}`, await import(module))
}
traps.onWork(`${internal}/handlers/definitionOf.ts`, await import(`${internal}/handlers/definitionOf.ts`))
jest.resetModules()

const {
  BatchHandler,
  EventHandler,
  FailurePolicy,
  HandlerStop,
  makeHandlerRuntime,
  ProcessManager,
  Projection,
  Reaction,
  TransactionalHandler,
} = await import('@foldlog/subscriptions')

const name = 'noting'

const onFailure = FailurePolicy.make('park', Monoid.concat(limitRetries(1), constantDelay(1)))

interface RecordingHandler {
  readonly handler: RuntimeOptions['handlers'][number]
  readonly dispatch?: RuntimeOptions['dispatch']
  /** Events whose effect is stored, as strings such as `thing-a@1`. */
  readonly seen: () => Promise<ReadonlyArray<string>>
}

const placeOf = ({ stream, version }: { readonly stream: string; readonly version: number }) => `${stream}@${version}`

const eventHandler = (): RecordingHandler => {
  const seen: Array<string> = []
  const handler: AnyEventHandler = EventHandler.make({
    name,
    from: [things],
    start: 'origin',
    partitions: 2,
    onFailure,
    handle: (event) => async () => {
      if (event.event.type === 'Broken') return E.left(unprintableError())
      seen.push(placeOf(event))
      return E.right(undefined)
    },
  })
  return { handler, seen: async () => seen }
}

const batchHandler = (): RecordingHandler => {
  const seen: Array<string> = []
  const handler = BatchHandler.make({
    name,
    from: [things],
    start: 'origin',
    onFailure,
    handle: (events) => async () => {
      if (events.some(({ event }) => event.type === 'Broken')) throw unprintableError()
      seen.push(...events.map(placeOf))
      return E.right(undefined)
    },
  })
  return { handler, seen: async () => seen }
}

const transactionalHandler = (store: MemoryStore): RecordingHandler => {
  const { transactions, rows } = tables(store)
  const handler = TransactionalHandler.make({
    name,
    from: [things],
    onFailure,
    transactions,
    handle: (table: Array<string>, events) => async () => {
      if (events.some(({ event }) => event.type === 'Broken')) return E.left(unprintableError())
      table.push(...events.map(placeOf))
      return E.right(undefined)
    },
  })
  return { handler, seen: async () => rows() }
}

const projection = (store: MemoryStore): RecordingHandler => {
  const handler = Projection.make({
    name,
    from: [things],
    view: t.readonlyArray(t.string),
    onFailure,
    key: ({ stream }) => stream,
    project: (view: ReadonlyArray<string> | undefined, event) => {
      if (event.event.type === 'Broken') throw unprintableError()
      return [...(view ?? []), placeOf(event)]
    },
  })
  const seen = async () => {
    const { documents } = right(await store.listDocuments({ name, kind: 'view' })())
    return documents.flatMap(({ data }) => data as ReadonlyArray<string>) // By its codec.
  }
  return { handler, seen }
}

const processManager = (store: MemoryStore): RecordingHandler => {
  const sent: Array<string> = []
  const handler = ProcessManager.make({
    name,
    from: [things],
    start: 'origin',
    onFailure,
    key: ({ stream }) => stream,
    state: t.number,
    initialState: 0,
    evolve: (n) => n + 1,
    react: (_, input) => {
      if (input._tag !== 'EventHappened') return []
      if (input.event.event.type === 'Broken') throw unprintableError()
      return [Reaction.send({ type: 'Note', data: placeOf(input.event) })]
    },
  })
  const dispatch: RuntimeOptions['dispatch'] = ({ data }) =>
    TE.fromIO(() => {
      sent.push(`${data}`)
    })
  // A stored command counts as sent.
  const seen = async () => {
    const { documents } = right(await store.listDocuments({ name, kind: 'command' })())
    // By its codec.
    const waiting = documents.map(({ data }) => (data as { readonly command: { readonly data: string } }).command.data)
    return [...waiting, ...sent]
  }
  return { handler, dispatch, seen }
}

const kinds: Readonly<Record<string, (store: MemoryStore) => RecordingHandler>> = {
  eventHandler,
  batchHandler,
  transactionalHandler,
  projection,
  processManager,
}

/** The result of one run: what was planted, and how often each function was called. */
const runWith = async (make: (store: MemoryStore) => RecordingHandler, trap: InjectedThrow | undefined) => {
  const store = makeMemoryStore()
  const { handler, dispatch, seen } = make(store)
  const written: Array<{ readonly place: string; readonly position: number }> = []
  const write = async (id: string, ...events: ReadonlyArray<typeof broken | ReturnType<typeof added>>) => {
    for (const event of events) {
      const position = await append(store, id, event)
      const version = written.filter(({ place }) => place.startsWith(`thing-${id}@`)).length + 1
      written.push({ place: `thing-${id}@${version}`, position })
    }
  }
  await write('a', added(1))
  await write('b', added(2))
  await write('a', broken, added(3))
  await write('b', added(4))
  await write('c', added(5))
  const limits = {
    leaseTime: 200,
    pollInterval: 20,
    idleCommitInterval: 2,
    stopTimeout: 100,
    batchSize: 3,
    pageSize: 5,
  }
  const start = async (): Promise<HandlerRuntime> => {
    const runtime = makeHandlerRuntime({
      store,
      handlers: [handler],
      limits,
      ...(dispatch === undefined ? undefined : { dispatch }),
    })
    await startRuntime(runtime)
    return runtime
  }
  const checkpoint = async () => right(await store.checkpoints([name])()).positions[name] ?? 0

  const parked = async () => {
    const { documents } = right(await store.listDocuments({ name, kind: 'parked' })())
    // As it is stored.
    return documents.map(({ data }) => placeOf(data as { readonly stream: string; readonly version: number }))
  }
  const done = async (): Promise<ReadonlySet<string>> => {
    return new Set([...(await seen()), ...(await parked())])
  }
  const nothingPassed = async () => {
    // The checkpoint is read first: effects that follow after it was read do not count.
    const position = await checkpoint()
    const all = await done()
    expect(written.filter((one) => one.position <= position && !all.has(one.place))).toEqual([])
  }
  const statusOf = async (runtime: HandlerRuntime) =>
    right(await runtime.status()).handlers.find((one) => one.name === name)

  traps.arm(trap)
  let runtime = await start()
  await write('a', added(6))
  await write('d', broken)
  await write('b', added(7))
  const last = written.at(-1)?.position ?? 0
  // Commands are sent after the checkpoint.
  const whole = async () => (await checkpoint()) >= last && (await done()).size === written.length
  let stops = 0
  for (;;) {
    await until(async () => (await whole()) || (await statusOf(runtime))?.state === 'stopped')
    await nothingPassed()
    const status = await statusOf(runtime)
    if (status?.state !== 'stopped') break
    expect(status.reasons).not.toEqual([])
    expect(stops++).toBeLessThan(2)
    const resumed = right(await HandlerStop.resume(store, name)())
    if (resumed) await until(async () => (await statusOf(runtime))?.state !== 'stopped')
    else {
      // The store has no stop: only this process has it.
      await runtime.stop()
      runtime = await start()
    }
  }
  expect([...(await done())].sort()).toEqual(written.map(({ place }) => place).sort())
  // Others are parked only when the throw was in their own lane.
  expect(await parked()).toEqual(expect.arrayContaining(['thing-a@2', 'thing-d@1']))
  if (trap === undefined) expect((await parked()).sort()).toEqual(['thing-a@2', 'thing-a@3', 'thing-a@4', 'thing-d@1'])
  right(await runtime.waitFor([name], last, 1_000)())
  const calls = new Map(traps.calls())
  await runtime.stop()
  return { calls, stops, sprung: traps.sprung() }
}

/** No code of the runtime may end the process. */
const unhandled: Array<unknown> = []
const onUnhandled = (cause: unknown): void => {
  unhandled.push(cause)
}
beforeAll(() => {
  process.on('unhandledRejection', onUnhandled)
})
afterAll(() => {
  process.off('unhandledRejection', onUnhandled)
})

/** Calls of the test itself may throw. */
const testCalls: ReadonlySet<string> = new Set(['HandlerWaits.waitFor', 'HandlerWaits.stop'])

/** Names a run that hangs. */
const late = (): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error('has hung')), 30_000).unref()
  })

describe('a throw at any step', () => {
  it.each(Object.keys(kinds))(
    'of a %s skips no event',
    async (kind) => {
      const make = kinds[kind]
      if (make === undefined) throw new Error(kind)
      const { calls } = await runWith(make, undefined)
      const failures: Array<string> = []
      let [sprung, stops] = [0, 0]
      for (const [at, count] of [...calls].sort()) {
        if (testCalls.has(at)) continue
        for (const nth of new Set([1, Math.ceil(count / 2)])) {
          for (const when of ['before', 'after'] as const) {
            const planted = `${kind}: throws ${when} call ${nth} of ${at}`
            unhandled.length = 0
            const run = Promise.race([runWith(make, { at, nth, when }), late()])
            const outcome = await run.catch((cause) => {
              failures.push(`${planted}: ${describeUnknown(cause)}`)
            })
            if (outcome?.sprung) sprung++
            stops += outcome?.stops ?? 0
            failures.push(...unhandled.map(() => `${planted}: an unhandled rejection`))
          }
        }
      }
      expect(failures).toEqual([])
      // The traps were hit, and some of them stopped the handler.
      expect(sprung).toBeGreaterThan(100)
      expect(stops).toBeGreaterThan(20)
    },
    600_000,
  )
})
