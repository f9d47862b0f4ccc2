import { storeUnavailable } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import {
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  Projection,
  type ViewPage,
  Views,
  type WatchedStore,
} from '@foldlog/subscriptions'
import { afterAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { added, append, right, startRuntime, things, until } from './fixtures.ts'

const Sum = t.strict({ sum: t.number })

const sumsBy = (factor: number, version = 1) =>
  Projection.make({
    name: 'sums',
    version,
    from: [things],
    view: Sum,
    key: ({ stream }) => stream,
    project: (view, { event }) => ({ sum: (view?.sum ?? 0) + (event.type === 'Added' ? factor * event.data.n : 0) }),
  })

const sums = sumsBy(1)

type Pages = ReturnType<typeof Views.watch<{ readonly sum: number }>>

const next = async (pages: Pages): Promise<ViewPage<{ readonly sum: number }>> => {
  const { value } = await pages.next()
  if (value === undefined) throw new Error('the watch has ended')
  return right(value)
}

const shownBy = ({ views }: ViewPage<{ readonly sum: number }>) => views.map(([key, { sum }]) => `${key} ${sum}`)

type Store = MemoryStore | PostgresStore

const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { max: 4, fetch_types: false, onnotice: () => {} })
const opened: Array<{ readonly schema: string; readonly store: PostgresStore }> = []

const inPostgres = async (): Promise<Store> => {
  const schema = `watch_views_${process.pid}_${opened.length}`
  right(await migrate({ sql, schema })())
  const store = makePostgresStore({ sql, schema })
  opened.push({ schema, store })
  return store
}

afterAll(async () => {
  for (const { schema, store } of opened) {
    await store.stop()
    await sql`drop schema ${sql(schema)} cascade`
  }
  await sql.end()
})

const stores: ReadonlyArray<readonly [name: string, open: () => Promise<Store>]> = [
  ['in memory', async () => makeMemoryStore()],
  ['on Postgres', inPostgres],
]

/** A store that counts what watches read, and may be away. */
const countingStore = (store: Store) => {
  const counts = { checkpoints: 0, pages: 0, away: false }
  const gone = E.left(storeUnavailable('away', true, undefined))
  const watched: WatchedStore = {
    ...store,
    checkpoints: (names) => async () => {
      counts.checkpoints++
      return counts.away ? gone : store.checkpoints(names)()
    },
    listDocuments: (query) => async () => {
      if (query.to === undefined) counts.pages++
      return counts.away ? gone : store.listDocuments(query)()
    },
  }
  return { counts, watched }
}

describe.each(stores)('views that are watched %s', (_, open) => {
  const withRuntime = async (body: (store: Store) => Promise<void>): Promise<void> => {
    const store = await open()
    const runtime = makeHandlerRuntime({ store, handlers: [sums] })
    await startRuntime(runtime)
    await body(store)
    await runtime.stop()
  }

  it('a watch has the present page, then the page after each change, with its position', () =>
    withRuntime(async (store) => {
      const pages = Views.watch(sums, store, { where: { sum: { atLeast: 2 } }, order: ['sum'] })
      expect(shownBy(await next(pages))).toEqual([])
      await append(store, 1, added(1))
      const position = await append(store, 1, added(2))
      const page = await next(pages)
      expect(shownBy(page)).toEqual(['thing-1 3'])
      expect(page.position).toBeGreaterThanOrEqual(position)
      await append(store, 2, added(2))
      expect(shownBy(await next(pages))).toEqual(['thing-2 2', 'thing-1 3'])
      await pages.return()
    }))

  it('a watch after a position has no page before the views contain later events', () =>
    withRuntime(async (store) => {
      await append(store, 1, added(1))
      const first = Views.watch(sums, store)
      let page = await next(first)
      while (page.views.length === 0) page = await next(first)
      await first.return()
      const { position, history } = page
      const pages = Views.watch(sums, store, {}, { after: { position, history } })
      const waiting = next(pages)
      await append(store, 2, added(5))
      expect(shownBy(await waiting)).toEqual(['thing-1 1', 'thing-2 5'])
      await pages.return()
      // The position of another history says nothing about this one.
      const other = Views.watch(sums, store, {}, { after: { position: 1_000, history: 'another' as never } })
      expect(shownBy(await next(other))).toEqual(['thing-1 1', 'thing-2 5'])
      await other.return()
    }))

  it('a watch shows the views of the generation that takes over, also at the same position', async () => {
    const store = await open()
    const before = makeHandlerRuntime({ store, handlers: [sums] })
    await startRuntime(before)
    right(await before.waitFor(['sums'], await append(store, 1, added(3)), 60_000)())
    await before.stop()
    const pages = Views.watch(sums, store)
    const page = await next(pages)
    expect(shownBy(page)).toEqual(['thing-1 3'])
    const after = makeHandlerRuntime({ store, handlers: [sumsBy(10, 2)] })
    await startRuntime(after)
    const rebuilt = await next(pages)
    expect(shownBy(rebuilt)).toEqual(['thing-1 30'])
    expect(rebuilt.position).toBeGreaterThanOrEqual(page.position)
    await pages.return()
    await after.stop()
  })

  it('a watch of an inline projection shows what an append has written', async () => {
    const projection = InlineProjection.make({
      name: 'sums',
      from: [things],
      view: Sum,
      key: ({ stream }) => stream,
      project: (view, { event }) => ({ sum: (view?.sum ?? 0) + (event.type === 'Added' ? event.data.n : 0) }),
    })
    const inline = makeInlineProjections({ store: await open(), projections: [projection] })
    right(await inline.open())
    const pages = Views.watch(projection, inline.store)
    expect(shownBy(await next(pages))).toEqual([])
    for (const n of [1, 2, 3]) {
      const position = await append(inline.store, 1, added(1))
      const page = await next(pages)
      expect(shownBy(page)).toEqual([`thing-1 ${n}`])
      expect(page.position).toBeGreaterThanOrEqual(position)
    }
    await pages.return()
  })

  it('a view that cannot be decoded does not end a watch', () =>
    withRuntime(async (store) => {
      const Small = t.strict({ sum: t.refinement(t.number, (n) => n < 10, 'Small') })
      await append(store, 1, added(100))
      await append(store, 2, added(1))
      const pages = Views.watch({ name: 'sums', view: Small }, store)
      let page = await next(pages)
      while (page.views.length === 0) page = await next(pages)
      expect(page.unreadable.map(({ key }) => key)).toEqual(['thing-1'])
      await append(store, 2, added(1))
      expect(shownBy(await next(pages))).toEqual(['thing-2 2'])
      await pages.return()
    }))

  it('many watches share the reads of progress, and read their pages only when there is progress', () =>
    withRuntime(async (store) => {
      const { counts, watched } = countingStore(store)
      const all = Array.from({ length: 200 }, () => Views.watch(sums, watched))
      await Promise.all(all.map(next))
      expect(counts.pages).toBe(200)
      const before = counts.checkpoints
      const waiting = all.map(next)
      // Some reads of progress without any.
      await until(() => counts.checkpoints > before + 3)
      expect(counts.pages).toBe(200)
      await append(store, 1, added(1))
      for (const page of await Promise.all(waiting)) expect(shownBy(page)).toEqual(['thing-1 1'])
      expect(counts.pages).toBe(400)
      await Promise.all(all.map((pages) => pages.return()))
      // Nobody watches any more.
      const after = counts.checkpoints
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(counts.checkpoints).toBeLessThanOrEqual(after + 1)
    }))

  it('nothing is read for a watch whose signal has fired, also when nobody asks for its next value', () =>
    withRuntime(async (store) => {
      const { counts, watched } = countingStore(store)
      const end = new AbortController()
      const pages = Views.watch(sums, watched, {}, { signal: end.signal })
      await next(pages)
      const other = Views.watch(sums, store)
      await next(other)
      end.abort()
      const before = counts.checkpoints
      // The progress of another watch shows that time has passed: each append is followed by a read.
      for (let i = 1; i <= 5; i++) {
        await append(store, i, added(1))
        await next(other)
      }
      expect(counts.checkpoints).toBeLessThanOrEqual(before + 1)
      await other.return()
      expect(await pages.next()).toEqual({ done: true, value: undefined })
    }))

  it('a watch waits while the store is away', () =>
    withRuntime(async (store) => {
      const { counts, watched } = countingStore(store)
      const pages = Views.watch(sums, watched)
      await next(pages)
      counts.away = true
      const waiting = next(pages)
      await append(store, 1, added(1))
      const before = counts.checkpoints
      await until(() => counts.checkpoints > before + 2)
      counts.away = false
      expect(shownBy(await waiting)).toEqual(['thing-1 1'])
      await pages.return()
    }))

  it('a watch ends with its signal, and with an error that would recur', async () => {
    const store = await open()
    const end = new AbortController()
    const pages = Views.watch(sums, store, {}, { signal: end.signal })
    await next(pages)
    const waiting = pages.next()
    end.abort()
    expect(await waiting).toEqual({ done: true, value: undefined })
    const odd = Views.watch(sums, store, { order: ['a\u0000' as never] })
    expect(await odd.next()).toMatchObject({ value: { left: { _tag: 'InvalidInput' } } })
    expect(await odd.next()).toEqual({ done: true, value: undefined })
    const signal = Views.watch(sums, store, {}, { signal: 7 as never })
    expect(await signal.next()).toMatchObject({ value: { left: { _tag: 'InvalidInput', what: 'signal' } } })
    await store.stop()
    const stopped = Views.watch(sums, store)
    expect(await stopped.next()).toMatchObject({ value: { left: { _tag: 'StoreUnavailable' } } })
    expect(await stopped.next()).toEqual({ done: true, value: undefined })
  })
})
