import { Aggregate, EventId, type EventStore, type RecordedEvent } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import {
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  RuntimeStatus,
  Views,
} from '@foldlog/subscriptions'
import { afterAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { added, append, broken, right, startRuntime, streamOf, ThingEvent, things, until } from './fixtures.ts'

const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', {
  max: 12,
  fetch_types: false,
  onnotice: () => {},
})
const schemas: Array<string> = []
const nextId = EventId.source({ now: Date.now, random: Math.random })

afterAll(async () => {
  for (const schema of schemas) await sql`drop schema ${sql(schema)} cascade`
  await sql.end()
})

const onPostgres = async () => {
  const schema = `inline_${process.pid}_${schemas.length}`
  schemas.push(schema)
  right(await migrate({ sql, schema })())
  return makePostgresStore({ sql, schema, retryTimeout: 30_000 })
}

const stores = [
  { title: 'in memory', makeStore: async () => makeMemoryStore() },
  { title: 'on Postgres', makeStore: onPostgres },
]

type Store = Awaited<ReturnType<typeof onPostgres>> | ReturnType<typeof makeMemoryStore>

/**
 * A view of each stream, and one that all streams share, which shows the order of the log. A broken event removes both,
 * and an event of 13 cannot be folded.
 */
const sums = InlineProjection.make({
  name: 'sums',
  from: [things],
  view: t.strict({ sum: t.number, order: t.readonlyArray(t.number) }),
  key: ({ stream }) => [stream, 'all'],
  project: (view, { event }) => {
    if (event.type === 'Broken') return undefined
    if (event.data.n === 13) throw new Error('unlucky')
    return { sum: (view?.sum ?? 0) + event.data.n, order: [...(view?.order ?? []), event.data.n] }
  },
})

const inlineOn = (store: Store, projection = sums) => makeInlineProjections({ store, projections: [projection] })

const viewsOf = async (store: Store) => Object.fromEntries(right(await Views.make(sums, store).list()()).views)

const wholeLog = async (store: EventStore): Promise<ReadonlyArray<RecordedEvent>> =>
  right(await store.readLog({ count: 10_000 })()).events

/** The expected views: the log, folded. */
const folded = async (store: Store) => {
  const views = new Map<string, { readonly sum: number; readonly order: ReadonlyArray<number> }>()
  for (const recorded of await wholeLog(store)) {
    for (const event of right(ThingEvent.decode(recorded))) {
      for (const key of [recorded.stream, 'all']) {
        const view = sums.project(views.get(key), { ...recorded, index: 0, effectId: recorded.id, event }, key)
        if (view === undefined) views.delete(key)
        else views.set(key, view)
      }
    }
  }
  return Object.fromEntries(views)
}

describe.each(stores)('inline projections, $title', ({ makeStore }) => {
  it('are built from the log, and then written with every append', async () => {
    const store = await makeStore()
    for (const n of [1, 2, 3]) await append(store, n, added(n))
    const { store: inline, open } = inlineOn(store)
    const tooEarly = await inline.append({ stream: streamOf(1), expected: 'any', events: [] })()
    expect(tooEarly).toMatchObject({ left: { _tag: 'InvalidInput' } })
    await expect(append(inline, 1, added(1))).rejects.toThrow('is not open')
    right(await open())
    expect((await viewsOf(store))['all']).toEqual({ sum: 6, order: [1, 2, 3] })
    await append(inline, 1, added(10), added(20))
    expect(await viewsOf(store)).toMatchObject({ all: { sum: 36 }, 'thing-1': { sum: 31, order: [1, 10, 20] } })
    await append(inline, 2, broken)
    expect(Object.keys(await viewsOf(store))).toEqual(['thing-1', 'thing-3'])
    await append(inline, 2, added(5))
    expect(await viewsOf(store)).toEqual(await folded(store))
    // Another process, and the same once more.
    const other = inlineOn(store)
    right(await other.open())
    right(await open())
    await append(other.store, 3, added(7))
    await append(inline, 3, added(8))
    expect(await viewsOf(store)).toEqual(await folded(store))
    expect(right(await RuntimeStatus.read(store)()).handlers).toMatchObject([
      { state: 'running', lag: 0, holders: ['appends'] },
    ])
    await store.stop()
  })

  it('lose no update of writers that race in several processes, during rebuilds', async () => {
    const store = await makeStore()
    const processes = Array.from({ length: 3 }, () => inlineOn(store))
    for (const one of processes) right(await one.open())
    let writing = true
    let written = 0
    const write = async ({ store: inline }: (typeof processes)[number], writer: number): Promise<void> => {
      for (let i = 0; writing || i < 10; i++) {
        await append(inline, writer % 4, added(100 * writer + (i % 10) + 20))
        written++
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    const writers = processes.flatMap((one, i) => [write(one, 2 * i), write(one, 2 * i + 1)])
    for (let i = 0; i < 2; i++) {
      const before = written
      await until(() => written > before + 5)
      right(await (processes[i] ?? inlineOn(store)).rebuild('sums')())
    }
    writing = false
    await Promise.all(writers)
    expect((await wholeLog(store)).length).toBe(written)
    expect(await viewsOf(store)).toEqual(await folded(store))
    const { handlers } = right(await RuntimeStatus.read(store)())
    // The first generation is gone, and the previous one is kept for a rollback.
    expect(handlers).toMatchObject([
      { generation: 1_000_001, role: 'previous', state: 'kept', lag: 0 },
      { generation: 1_000_002, role: 'serving' },
    ])
    expect(handlers).toHaveLength(2)
    await store.stop()
  })

  it('are opened during appends of other processes, which fail from then on; each event counts once', async () => {
    const store = await makeStore()
    const outcomes: Array<string> = []
    const write = async (writer: number): Promise<void> => {
      while (!outcomes.includes('refused')) {
        const appended = await append(store, writer, added(20 + writer)).catch((cause: unknown) => String(cause))
        outcomes.push(
          typeof appended === 'number' ? 'appended' : /brings no views/.test(appended) ? 'refused' : appended,
        )
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    const writers = [0, 1, 2, 3].map(write)
    await until(() => outcomes.length > 10)
    const inline = inlineOn(store)
    right(await inline.open())
    await Promise.all(writers)
    expect([...new Set(outcomes)].toSorted()).toEqual(['appended', 'refused'])
    await append(inline.store, 1, added(50))
    expect(await viewsOf(store)).toEqual(await folded(store))
    expect((await wholeLog(store)).length).toBe(outcomes.filter((one) => one === 'appended').length + 1)
    await store.stop()
  })
})

describe('an inline projection', () => {
  const opened = async () => {
    const store = makeMemoryStore()
    const inline = inlineOn(store)
    right(await inline.open())
    return { store, inline }
  }

  it('fails the append of an event that it cannot fold, with everything that is appended with it', async () => {
    const { store, inline } = await opened()
    await append(inline.store, 1, added(1))
    await expect(append(inline.store, 1, added(2), added(13))).rejects.toThrow('unlucky')
    expect(await viewsOf(store)).toMatchObject({ all: { order: [1] } })
    expect((await wholeLog(store)).length).toBe(1)
  })

  it('stays closed when it cannot fold a stored event', async () => {
    const store = makeMemoryStore()
    await append(store, 1, added(13))
    const inline = inlineOn(store)
    expect(await inline.open()).toMatchObject({ left: { _tag: 'InvalidInput', why: expect.stringMatching(/unlucky/) } })
    expect(right(await store.inlineProjections())).toEqual([])
    await append(store, 1, added(1))
  })

  it('folds a repeated append once, and a failed one not at all', async () => {
    const { store, inline } = await opened()
    await append(inline.store, 9, added(1))
    const known = (await wholeLog(store))[0]
    if (known === undefined) throw new Error('nothing is stored')
    const again = { stream: known.stream, expected: 'any', events: [{ ...known, data: { n: 4 } }] } as const
    const repeated = await Promise.all([inline.store.append(again)(), inline.store.append(again)()])
    for (const one of repeated) expect(right(one)).toMatchObject({ repeated: true, version: 1 })
    const fresh = { ...again, expected: 'noStream', events: [{ ...known, id: nextId() }] } as const
    const conflict = await inline.store.append(fresh)()
    expect(conflict).toMatchObject({ left: { _tag: 'VersionConflict' } })
    expect(await viewsOf(store)).toMatchObject({ all: { order: [1] } })
    await append(inline.store, 9, added(2))
    expect(await viewsOf(store)).toEqual(await folded(store))
  })

  it('is written by one version: older processes can no longer append', async () => {
    const { store, inline } = await opened()
    await append(inline.store, 1, added(1))
    const newer = inlineOn(store, { ...sums, version: 2 })
    await expect(append(newer.store, 1, added(2))).rejects.toThrow(
      'version 2 of the inline projection sums is not open',
    )
    right(await newer.open())
    await append(newer.store, 1, added(3))
    await expect(append(inline.store, 1, added(4))).rejects.toThrow(
      'version 1 of the inline projection sums is not open',
    )
    expect(await inline.open()).toMatchObject({ left: { _tag: 'InvalidInput', why: expect.stringMatching(/newer/) } })
    expect(await viewsOf(store)).toEqual(await folded(store))
    const without = makeInlineProjections({ store, projections: [InlineProjection.make({ ...sums, name: 'others' })] })
    right(await without.open())
    await expect(append(without.store, 1, added(5))).rejects.toThrow('sums is open, and this process does not have it')
  })

  it('continues beside the appends, where they left it, when it is no longer inline', async () => {
    const { store, inline } = await opened()
    await append(inline.store, 1, added(1), added(2))
    right(await store.endInline('sums')())
    const last = await append(store, 1, added(3))
    const runtime = makeHandlerRuntime({ store, handlers: [sums], limits: { idleCommitInterval: 5 } })
    await startRuntime(runtime)
    right(await runtime.waitFor(['sums'], last)())
    expect(await viewsOf(store)).toEqual(await folded(store))
    await runtime.stop()
    // And back.
    right(await inline.open())
    await append(inline.store, 1, added(4))
    expect(await viewsOf(store)).toEqual(await folded(store))
  })

  it('shows the result of a command as soon as the command ends, without a wait', async () => {
    const { store, inline } = await opened()
    type Add = { readonly type: 'Add'; readonly data: { readonly id: string; readonly n: number } }
    const thing = Aggregate.make({
      category: 'thing',
      commands: ['Add'],
      id: (command: Add) => command.data.id,
      decider: {
        initialState: 0,
        evolve: (state: number, event: ThingEvent) => (event.type === 'Added' ? state + event.data.n : 0),
        decide: (command: Add) => (command.data.n < 0 ? E.left('negative' as const) : E.right([added(command.data.n)])),
      },
      events: ThingEvent,
    })
    const runtime = makeHandlerRuntime({ store, handlers: [] })
    await startRuntime(runtime)
    const { dispatch, stop } = makeDispatcher({ store: inline.store, aggregates: [thing], waitFor: runtime.waitFor })
    const views = Views.make(sums, store)
    const done = await Promise.all(
      [1, 13, 2, -1, 3].map(async (n) => {
        const result = await dispatch({ type: 'Add', data: { id: 'x', n } }, { awaitHandlers: ['sums'] })()
        if (E.isLeft(result)) return typeof result.left === 'string' ? result.left : result.left._tag
        const view = right(await views.get('thing-x')())
        return view._tag === 'Some' && view.value.order.includes(n) ? 'seen' : 'not seen'
      }),
    )
    // The command whose event cannot be folded fails alone.
    expect(done).toEqual(['seen', 'InvalidInput', 'seen', 'negative', 'seen'])
    expect(await viewsOf(store)).toEqual(await folded(store))
    await stop()
    await runtime.stop()
  })
})
