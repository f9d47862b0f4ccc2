import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import {
  EventHandler,
  FailurePolicy,
  HandlerStop,
  makeHandlerRuntime,
  Projection,
  type RuntimeOptions,
  RuntimeStatus,
} from '@foldlog/subscriptions'
import { afterAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { limitRetries } from 'retry-ts'
import { added, append, broken, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 600, idleCommitInterval: 5, pollInterval: 50 }
const stop = FailurePolicy.make('stop', limitRetries(0))

type Store = RuntimeOptions['store'] & { readonly stop: () => Promise<void> }

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const sql = postgres(url, { max: 8, fetch_types: false, onnotice: () => {} })
const schema = `stops_${process.pid}`

afterAll(async () => {
  await sql.unsafe(`drop schema if exists "${schema}" cascade`)
  await sql.end()
})

const stores: ReadonlyArray<readonly [string, () => Promise<Store>]> = [
  ['memory', async () => makeMemoryStore()],
  [
    'Postgres',
    async () => {
      right(await migrate({ sql, schema })())
      return makePostgresStore({ sql, schema })
    },
  ],
]

/** Records what it does, and fails on broken events until it is corrected. */
const recordingHandler = () => {
  const seen: Array<string> = []
  let works = false
  let tries = 0
  const handler = EventHandler.make({
    name: 'strict',
    from: [things],
    start: 'origin',
    partitions: 4,
    onFailure: stop,
    handle:
      ({ event, stream, version }) =>
      async () => {
        if (event.type === 'Broken') tries++
        if (event.type === 'Broken' && !works) return E.left('no')
        seen.push(`${stream}@${version}`)
        return E.right(undefined)
      },
  })
  const mend = () => {
    works = true
  }
  return { handler, seen, mend, tries: () => tries }
}

const overview = async (store: Store) => right(await RuntimeStatus.read(store)()).handlers.find(({ serves }) => serves)

describe.each(stores)('a handler with the verdict stop, on %s', (_, make) => {
  it('stops in every process, with a reason, until it is resumed; then it handles each event once', async () => {
    const store = await make()
    const { handler, seen, mend, tries } = recordingHandler()
    const run = async () => {
      const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
      await startRuntime(runtime)
      return runtime
    }
    const [first, second] = [await run(), await run()]
    // Both work.
    await until(async () => new Set((await overview(store))?.holders).size === 2)
    for (let i = 0; i < 20; i++) right(await first.waitFor(['strict'], await append(store, i, added(i)), 20_000)())
    const position = await append(store, 'x', broken)
    await until(async () => (await overview(store))?.state === 'stopped')
    // No process holds it: neither the one that came to the event, nor the other.
    await until(async () => (await overview(store))?.holders.length === 0)
    const status = await overview(store)
    expect(status?.reasons).toEqual([`at position ${position}: the handler returned "no"`])
    expect(status?.stopped).toMatchObject([
      { position, event: { stream: 'thing-x', version: 1, type: 'Broken' }, resuming: false },
    ])

    // No process handles newer events, whatever is started or stopped.
    const before = seen.length
    let last = 0
    for (let i = 0; i < 20; i++) last = await append(store, i, added(i))
    await second.stop()
    const third = await run()
    const heartbeats = async () => right(await store.handlerStatuses())[0]?.members.length
    await until(async () => (await heartbeats()) === 0)
    expect(await third.waitFor(['strict'], last, 500)()).toMatchObject({ left: { _tag: 'HandlersTimedOut' } })
    expect([seen.length, tries()]).toEqual([before, 1])

    // Still broken: it stops again, at the same event.
    expect(right(await HandlerStop.resume(store, 'strict')())).toBe(true)
    await until(async () => tries() === 2 && (await overview(store))?.state === 'stopped')
    expect((await overview(store))?.stopped[0]?.position).toBe(position)

    mend()
    expect(right(await HandlerStop.resume(store, 'strict')())).toBe(true)
    right(await third.waitFor(['strict'], last, 20_000)())
    expect(new Set(seen).size).toBe(41)
    expect(seen.indexOf('thing-0@1')).toBeLessThan(seen.indexOf('thing-0@2'))
    await until(async () => (await overview(store))?.state === 'running')
    expect(await overview(store)).toMatchObject({ reasons: [], stopped: [], stops: [] })
    expect(right(await HandlerStop.resume(store, 'strict')())).toBe(false)
    await Promise.all([first.stop(), third.stop()])
    await store.stop()
  })
})

describe('a handler with the verdict stop', () => {
  it('is not begun, not even by a process that does not know of the stop', async () => {
    const store = makeMemoryStore()
    const { handler, mend, tries } = recordingHandler()
    const first = makeHandlerRuntime({ store, handlers: [handler], limits })
    await startRuntime(first)
    await append(store, 'x', broken)
    await until(async () => (await overview(store))?.state === 'stopped')
    await first.stop()
    let begins = 0
    const deaf: MemoryStore = {
      ...store,
      generations: async () => {
        const found = await store.generations()
        return E.isLeft(found) ? found : E.right(found.right.map((generation) => ({ ...generation, stops: [] })))
      },
      listDocuments: (query) => async () => {
        if (query.kind === 'stop') begins++
        return store.listDocuments(query)()
      },
    }
    const second = makeHandlerRuntime({ store: deaf, handlers: [handler], limits })
    await startRuntime(second)
    mend()
    await until(() => begins > 0)
    await until(async () => (await overview(store))?.holders.length === 0)
    expect([tries(), (await overview(store))?.position]).toEqual([1, 0])
    await second.stop()
  })

  it('has handled everything before the event, and is replaced by a rebuild', async () => {
    const store = makeMemoryStore()
    const sums = (works: boolean) =>
      Projection.make({
        name: 'sums',
        from: [things],
        onFailure: stop,
        view: t.number,
        key: ({ stream }) => stream,
        project: (sum, { event }) => {
          if (event.type === 'Added') return (sum ?? 0) + event.data.n
          if (works) return 0
          throw new Error('not today')
        },
      })
    await append(store, 'a', added(1), added(2))
    await append(store, 'b', broken)
    const last = await append(store, 'c', added(4))
    const before = makeHandlerRuntime({ store, handlers: [sums(false)], limits })
    await startRuntime(before)
    await until(async () => (await overview(store))?.state === 'stopped')
    expect((await overview(store))?.position).toBe(2)
    await before.stop()
    const after = makeHandlerRuntime({ store, handlers: [sums(true)], limits })
    await startRuntime(after)
    right(await after.rebuild('sums')())
    await until(async () => (await overview(store))?.generation === 1_000_001)
    right(await after.waitFor(['sums'], last)())
    expect(await overview(store)).toMatchObject({ state: 'running', stops: [] })
    await after.stop()
  })
})
