import { type Append, type Marker, type Query, Tag } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import {
  append,
  leaveOpen,
  missesOpenAppend as missesOpen,
  plantIn,
  query,
  tag,
  tagged,
  waits,
  withoutFastPaths,
} from './boundaryFixtures.ts'
import { connect, type FreshStore, freshStore, newEvent, until } from './freshStore.ts'
import { right } from './registeredViews.ts'

let fresh: FreshStore
beforeEach(async () => {
  fresh = await freshStore()
})
afterEach(() => fresh.close())

const openAppend = (one: Append) => leaveOpen(fresh, one)
const plant = (name: string, change: (body: string) => string) => plantIn(fresh, name, change)

/** Whether a decision is stored that rests on less than the log has before it: an event of an open append. */
const missesOpenAppend = (event = tagged(tag), over: Query = query): Promise<boolean> =>
  missesOpen(fresh, append([event]), over)

type Change = (body: string) => string

/** Faults of the function for an append of one event, by which the open append and the decision are stored. */
const eventFaults: Readonly<Record<string, Change>> = {
  'events do not lock the keys of their tags': (body) =>
    body.replace('pg_advisory_xact_lock_shared(space, k.key)::text', "''"),
  'conditions do not lock keys': (body) => body.replace('pg_advisory_xact_lock(space, k.key)::text', "''"),
  'conditions lock keys in the mode of events': (body) => body.replace('unnest(guards), true', 'unnest(guards), false'),
  'a condition is looked at before its keys are locked': (body) => {
    const [locks = ''] = /select every\(k\.is_valid\)[\s\S]*?\) k;/.exec(body) ?? []
    return body.replace(locks, 'keys := 0;').replace('if has_more or keys', () => `${locks} if has_more or keys`)
  },
}

/** The same faults of the function for batches. */
const batchFaults: Readonly<Record<string, Change>> = {
  'events do not lock the keys of their tags': (body) =>
    body.replace('generate_series(1, cardinality(hashes)) t\n          union', 'generate_series(1, 0) t union'),
  'conditions lock keys in the mode of events': (body) =>
    body.replace('guard_appends[g], 1 from', 'guard_appends[g], 0 from'),
  'a condition is looked at before its keys are locked': (body) => {
    const locks = `if keys <> '{}' then perform "${fresh.schema}".lock_keys(log, keys); end if;`
    return body.replace(locks, '').replace('now_ms := ', () => `${locks} now_ms := `)
  },
}

/** One event more: such appends are stored as batches are. */
const missesAsBatch = () => missesOpen(fresh, append([tagged(tag), tagged(Tag.of('more', 1))]), query, 2)

/** The same for an event whose position is lower than one that was read. */
const missesLowerPosition = async (markerOf: () => Promise<Marker>): Promise<boolean> => {
  const open = await openAppend(append([tagged(tag)]))
  right(await fresh.store.append(append([tagged(tag)]))())
  const marker = await markerOf()
  await open.end('commit')
  return E.isRight(await fresh.store.append(append([tagged(Tag.of('other', 1))], { query, marker }))())
}

const exact = async () => right(await fresh.store.readMatching({ query })()).marker

/** As stores do that remember the last position that they have read. */
const scalar = async () => {
  const { marker, events } = right(await fresh.store.readMatching({ query })())
  return { ...marker, settled: events.at(-1)?.position ?? 0, seen: [] }
}

describe('an event of an open append', () => {
  it('is met by every condition that it matches', async () => {
    expect(await missesOpenAppend()).toBe(false)
    expect(await missesOpenAppend(newEvent(), [{ types: ['Happened'] }])).toBe(false)
  })

  it('is met by every condition of a batch, and by those of the general path', async () => {
    expect(await missesAsBatch()).toBe(false)
    await withoutFastPaths(fresh)
    expect(await missesOpenAppend()).toBe(false)
  })

  it.each(Object.entries(eventFaults))('is missed by an append of one event when %s', async (_, change) => {
    await plant('append_tagged_event', change)
    expect(await missesOpenAppend()).toBe(true)
  })

  it.each(Object.entries(batchFaults))('is missed by a batch when %s', async (_, change) => {
    await plant('append_tagged', change)
    expect(await missesAsBatch()).toBe(true)
  })

  it('is missed when keys are not locked', async () => {
    await withoutFastPaths(fresh)
    await plant('lock_keys', (body) => body.replace('perform count(', 'return; perform count('))
    expect(await missesOpenAppend()).toBe(true)
  })

  it('is missed when events do not lock the keys of their tags', async () => {
    await plant('boundary_keys', (body) => body.replace("coalesce(e.value -> 7, '[]')", "'[]'::jsonb"))
    expect(await missesOpenAppend()).toBe(true)
  })

  it('is missed when conditions lock keys in the mode of events', async () => {
    await plant('boundary_keys', (body) => body.replace('& 65535)::int, 1', '& 65535)::int, 0'))
    expect(await missesOpenAppend()).toBe(true)
  })

  it('is missed when a condition without tags does not have the log alone', async () => {
    await plant('append', (body) => body.replace('log_state in exclusive mode', 'log_state in row share mode'))
    expect(await missesOpenAppend(newEvent(), [{ types: ['Happened'] }])).toBe(true)
  })

  it('is missed when a condition is looked at before its keys are locked', async () => {
    await plant('append', (body) =>
      body
        .replace("if keys <> '{}' then perform", 'if false then perform')
        .replace(
          /(\n\s*now_ms := date_trunc)/,
          `\n  if keys <> '{}' then perform "${fresh.schema}".lock_keys((select tableoid from "${fresh.schema}".positions), keys); end if;$1`,
        ),
    )
    expect(await missesOpenAppend()).toBe(true)
  })
})

describe('an event at a lower position than one that was read', () => {
  it('is met by a condition with an exact marker, and missed by one with the last position', async () => {
    expect(await missesLowerPosition(exact)).toBe(false)
    expect(await missesLowerPosition(scalar)).toBe(true)
  })

  it('is missed when the horizon is found after the events were read', async () => {
    const open = await openAppend(append([tagged(tag)]))
    const { marker } = right(await fresh.store.readMatching({ query })())
    await open.end('commit')
    const late = { ...marker, settled: right(await fresh.store.settledPosition()) }
    const rest = (of: Marker) => fresh.store.append(append([tagged(Tag.of('other', 1))], { query, marker: of }))()
    expect(await rest(marker)).toMatchObject({ left: { _tag: 'BoundaryChanged' } })
    expect(E.isRight(await rest(late))).toBe(true)
  })
})

describe('keys of many appends', () => {
  const all = Array.from({ length: 8 }, (_, i) => Tag.of('opposite', i))

  /** The warnings and failures of three processes whose appends name the same tags in opposite orders. */
  const troubleOf = async (appends: number): Promise<ReadonlyArray<unknown>> => {
    const warnings: Array<unknown> = []
    const warn = (message: string, facts: unknown) => void warnings.push([message, facts])
    const processes = [1, 2, 3].map(() => {
      const sql = connect(fresh.url)
      const logger = { debug() {}, info() {}, warn, error: warn }
      return { sql, store: makePostgresStore({ sql, schema: fresh.schema, logger, batching: { appends: 1 } }) }
    })
    const outcomes = await Promise.all(
      processes.flatMap(({ store }, p) =>
        Array.from({ length: appends }, async (_, i) => {
          const order = (i + p) % 2 === 0 ? all : [...all].reverse()
          const guarded = order.slice(i % 4, (i % 4) + 4)
          const conditions = [{ query: guarded.map((one) => ({ tags: [one], types: ['Never'] })) }]
          return store.append({ ...append([tagged(...order)]), ...(i % 3 === 0 ? undefined : { conditions }) })()
        }),
      ),
    )
    for (const { sql, store } of processes) {
      await store.stop()
      await sql.end({ timeout: 5 })
    }
    return [...warnings, ...outcomes.filter(E.isLeft)]
  }

  it('are locked without a deadlock, whatever the order of tags and conditions', async () => {
    expect(await troubleOf(40)).toEqual([])
  })

  it('make deadlocks when an append of one event does not sort them', async () => {
    await plant('append_tagged_event', (body) => body.replace('order by 1', 'order by random()'))
    expect(JSON.stringify(await troubleOf(3))).toContain('40P01')
  })

  it('make deadlocks when they are not sorted', async () => {
    await plant('boundary_keys', (body) =>
      body
        .replace('array_agg(k.key order by k.key)', 'array_agg(k.key order by random())')
        .replace(/ STABLE/, ' VOLATILE'),
    )
    expect(JSON.stringify(await troubleOf(3))).toContain('40P01')
  })
})

it('a backend that is killed between the look and the commit leaves nothing, and its keys are free', async () => {
  const open = await openAppend(append([tagged(tag)], { query }))
  open.client.unsafe('select pg_sleep(60)').catch(() => {})
  const decided = fresh.store.append(append([tagged(tag)], { query }))()
  await until(() => waits(fresh))
  await fresh.watcher.unsafe(`select pg_terminate_backend(${open.pid})`)
  right(await decided)
  expect(right(await fresh.store.readMatching({ query })()).events).toHaveLength(1)
  await open.client.end({ timeout: 1 })
})

it('a savepoint that is rolled back takes back the event, its keys and its place in the index', async () => {
  const client = connect(fresh.url, { max: 1 })
  await client.unsafe('begin; savepoint one')
  right(await fresh.store.inTransaction(client).append(append([tagged(tag)], { query }))())
  await client.unsafe('rollback to savepoint one')
  right(await fresh.store.append(append([tagged(tag)], { query }))())
  expect(await fresh.store.inTransaction(client).append(append([tagged(tag)], { query }))()).toMatchObject({
    left: { _tag: 'BoundaryChanged' },
  })
  await client.unsafe('commit')
  await client.end({ timeout: 5 })
})
