import { type NewEvent, Tag } from '@foldlog/core'
import { EmbeddedPostgres, type RunningPostgres } from '@foldlog/postgres-embedded'
import { transaction } from '@foldlog/postgres-store'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { append, plantIn, tagged } from './boundaryFixtures.ts'
import { connect, type FreshStore, freshStore, newEvent } from './freshStore.ts'
import { right } from './registeredViews.ts'

let server: RunningPostgres
beforeAll(async () => {
  const small = ['max_locks_per_transaction=10', 'max_connections=20', 'max_wal_senders=0', 'max_worker_processes=0']
  const started = await EmbeddedPostgres.temporary({ postgresFlags: small.flatMap((flag) => ['-c', flag]) })()
  if (E.isLeft(started)) throw new Error(started.left.message)
  server = started.right
})
afterAll(() => server.stop()())

let fresh: FreshStore
beforeEach(async () => {
  fresh = await freshStore(server.url, { retryTimeout: 500 })
})
afterEach(() => fresh.close())

/** Fills the table of locks, but for this many. The returned function frees it. */
const fillLocks = async (free: number): Promise<() => Promise<void>> => {
  const holder = connect(server.url, { max: 1 })
  await holder.unsafe(`
    do $$ declare n int := 0; begin
      loop
        begin
          perform pg_advisory_lock(77, n);
        exception when out_of_memory then exit;
        end;
        n := n + 1;
      end loop;
      for i in 1 .. ${free} loop perform pg_advisory_unlock(77, n - i); end loop;
    end $$`)
  return () => holder.end({ timeout: 5 })
}

const tagsOf = (name: string, count: number) => Array.from({ length: count }, (_, i) => Tag.of(name, i))

/** Events with so many tags in all. */
const wide = (name: string, tags: number): ReadonlyArray<NewEvent> =>
  Array.from({ length: Math.ceil(tags / 32) }, (_, i) => tagged(...tagsOf(`${name}${i}`, Math.min(32, tags - 32 * i))))

const full = {
  _tag: 'StoreUnavailable',
  retryable: true,
  why: expect.stringMatching(/table of locks .* is full: try again, split .* max_locks_per_transaction/),
  cause: expect.objectContaining({ code: '53200' }),
}

/** What is stored, in every table of the log. */
const stored = async () => {
  const [row] = await fresh.watcher.unsafe(
    `select (select count(*) from "${fresh.schema}".events)::int as events,
      (select count(*) from "${fresh.schema}".event_tags)::int as tags,
      (select count(*) from "${fresh.schema}".streams where version > 0)::int as streams`,
  )
  return row
}

describe('a full table of locks', () => {
  it('refuses an append that needs more keys, stores nothing of it, and takes it when there is room', async () => {
    const large = append(wide('large', 200), { query: [{ tags: [Tag.of('large0', 1)] }] })
    const free = await fillLocks(60)
    expect(await fresh.store.append(large)()).toEqual(E.left(full))
    expect(await stored()).toEqual({ events: 0, tags: 0, streams: 0 })
    // What needs few locks goes on, with tags and without.
    right(await fresh.store.append(append([tagged(Tag.of('few', 1))], { query: [{ tags: [Tag.of('few', 1)] }] }))())
    right(await fresh.store.append(append([newEvent()]))())
    await free()
    expect(right(await fresh.store.append(large)())).toMatchObject({ repeated: false })
    expect(await stored()).toEqual({ events: 2 + 7, tags: 1 + 200, streams: 3 })
  })

  const many = () => Array.from({ length: 12 }, (_, i) => append(wide(`of${i}x`, 20)))

  it('refuses no append that fits alone: when a batch does not fit, its appends are sent one by one', async () => {
    const free = await fillLocks(60)
    const outcomes = await Promise.all(many().map((one) => fresh.store.append(one)()))
    await free()
    expect(outcomes.filter(E.isLeft)).toEqual([])
    expect(await stored()).toEqual({ events: 12, tags: 240, streams: 12 })
  })

  it('ends a transaction of a caller whose appends need more keys together, and nothing of it is stored', async () => {
    const free = await fillLocks(60)
    const ends: Array<unknown> = []
    const outcome = await transaction(fresh.sql)((tx) => async (): Promise<E.Either<unknown, string>> => {
      for (const one of many()) {
        const appended = await fresh.store.inTransaction(tx).append(one)()
        ends.push(appended._tag)
        if (E.isLeft(appended)) return appended
      }
      return E.right('all')
    })()
    await free()
    expect(outcome).toEqual(E.left(full))
    expect(ends.slice(0, 2)).toEqual(['Right', expect.any(String)])
    expect(await stored()).toEqual({ events: 0, tags: 0, streams: 0 })
    for (const one of many()) right(await fresh.store.append(one)())
  })

  it('does not concern an append with more keys than the store locks: it has the log alone', async () => {
    const free = await fillLocks(60)
    right(await fresh.store.append(append(wide('whole', 600)))())
    await plantIn(fresh, 'boundary_keys', (body) => body.replace('count(*) <= 512', 'count(*) <= 100000'))
    expect(await fresh.store.append(append(wide('more', 600)))()).toEqual(E.left(full))
    await free()
  })
})
