import { type Append, type Query, Tag } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import {
  append,
  leaveOpen,
  markerOf,
  missesOpenAppend,
  plantIn,
  query,
  startAppend,
  tag,
  tagged,
} from './boundaryFixtures.ts'
import { connect, type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'
import { killBackendsWhile } from './killBackendsWhile.ts'
import { right } from './registeredViews.ts'

let fresh: FreshStore
beforeEach(async () => {
  fresh = await freshStore()
})
afterEach(() => fresh.close())

const other = Tag.of('course', 'c2')
const changed = { left: { _tag: 'BoundaryChanged' } }

describe('a commit between the two statements of a read', () => {
  const pause = 'perform pg_advisory_xact_lock(7, 7);'

  /** Commits an event while a read is between its statements; whether a decision on what it read misses the event. */
  const missesCommit = async (): Promise<boolean> => {
    const holder = connect(fresh.url, { max: 1 })
    await holder.unsafe('begin; select pg_advisory_xact_lock(7, 7)')
    const reading = fresh.store.readMatching({ query })()
    await until(async () => {
      const rows = await fresh.watcher`select 1 from pg_locks where classid = 7 and objid = 7 and not granted`
      return rows.length > 0
    })
    const writer = connect(fresh.url, { max: 1 })
    const beside = makePostgresStore({ sql: writer, schema: fresh.schema })
    const { positions } = right(await beside.append(append([tagged(tag)]))())
    await beside.stop()
    await writer.end({ timeout: 5 })
    await holder.unsafe('commit')
    await holder.end({ timeout: 5 })
    const { events, marker } = right(await reading)
    if (events.some(({ position }) => positions.includes(position))) return false
    return E.isRight(await fresh.store.append(append([tagged(other)], { query, marker }))())
  }

  const horizon = () => `horizon := "${fresh.schema}".settled_position();`

  it('is read, or refuses the decision', async () => {
    await plantIn(fresh, 'read_matching', (body) => body.replace(horizon(), `${horizon()} ${pause}`))
    expect(await missesCommit()).toBe(false)
  })

  it('is missed when the horizon is found behind the events', async () => {
    await plantIn(fresh, 'read_matching', (body) =>
      body
        .replace(horizon(), 'horizon := 0;')
        .replace('return next json_build_array(horizon, history,', `${pause} ${horizon()} $&`),
    )
    expect(await missesCommit()).toBe(true)
  })
})

describe('a condition over several keys', () => {
  const items: Query = [{ tags: [other] }, { tags: [tag] }]

  it('is met by an open append to any of them', async () => {
    expect(await missesOpenAppend(fresh, append([tagged(tag)]), items)).toBe(false)
    const several = [
      { query: [{ tags: [other] }] },
      { query: [{ tags: [Tag.of('course', 'c3'), tag] }, { tags: [Tag.of('student', 1)] }] },
    ]
    const open = await leaveOpen(fresh, append([tagged(Tag.of('student', 1))]))
    const { waited, outcome } = await startAppend(fresh, append([newEvent()], ...several))
    await open.end('commit')
    expect(waited).toBe(true)
    expect(await outcome).toMatchObject(changed)
  })

  it('misses one when only the key of the first item is locked', async () => {
    await plantIn(fresh, 'boundary_keys', (body) =>
      body.replace(
        /jsonb_array_elements\(c\.value -> 0\) i\n/,
        `jsonb_array_elements(jsonb_build_array(c.value -> 0 -> 0)) i\n`,
      ),
    )
    expect(await missesOpenAppend(fresh, append([tagged(tag)]), items)).toBe(true)
  })
})

describe('a condition without tags', () => {
  const stream = streamName('thing-1')
  const to = (one: Append): Append => ({ ...one, stream, expected: 'any' })
  const queries: ReadonlyArray<Query> = [
    [{}],
    [{ types: ['Happened'] }],
    [{ streams: [stream] }],
    [{ categories: ['thing'] }],
    [{ tags: [other] }, { streams: [stream], types: ['Happened'] }],
  ]

  it('is met by an open append with and without tags, whatever it names', async () => {
    for (const over of queries) {
      expect([over, await missesOpenAppend(fresh, to(append([newEvent()])), over)]).toEqual([over, false])
      expect([over, await missesOpenAppend(fresh, to(append([tagged(tag)])), over)]).toEqual([over, false])
    }
  })

  it('misses one when it takes only the keys of other items', async () => {
    await plantIn(fresh, 'boundary_keys', (body) =>
      body
        .replace('count(*) = count(k.key)', 'true')
        .replace('array_agg(k.key order by k.key)', 'array_remove($&, null)'),
    )
    expect(await missesOpenAppend(fresh, to(append([newEvent()])), queries[4] ?? [])).toBe(true)
  })
})

describe('appends that have nothing in common', () => {
  const mine = [{ query: [{ tags: [other] }] }]

  it('do not wait: with another tag, without tags, or with one tag and no condition', async () => {
    const open = await leaveOpen(fresh, append([tagged(tag)]))
    const unrelated = [append([tagged(other)], ...mine), append([newEvent()]), append([tagged(tag, other)])]
    for (const one of unrelated) {
      const { waited, outcome } = await startAppend(fresh, one)
      expect([waited, (await outcome)._tag]).toEqual([false, 'Right'])
    }
    await open.end('commit')
  })

  it('wait on a hot tag when events lock its key alone', async () => {
    await plantIn(fresh, 'boundary_keys', (body) => body.replace('as place, 0 as mode', 'as place, 1 as mode'))
    const open = await leaveOpen(fresh, append([tagged(tag)]))
    const { waited, outcome } = await startAppend(fresh, append([tagged(tag)]))
    await open.end('commit')
    expect([waited, (await outcome)._tag]).toEqual([true, 'Right'])
  })

  it('only wait for each other, and are not refused, when their tags have the same hash', async () => {
    await plantIn(fresh, 'tag_hash', (body) =>
      body.replace(/\$function\$[\s\S]*\$function\$/, '$function$ select 1::bigint where tag is not null $function$'),
    )
    const marker = await markerOf(fresh.store, mine[0]?.query ?? query)
    const open = await leaveOpen(fresh, append([tagged(tag)]))
    const { waited, outcome } = await startAppend(
      fresh,
      append([tagged(other)], { query: [{ tags: [other] }], marker }),
    )
    await open.end('commit')
    expect([waited, (await outcome)._tag]).toEqual([true, 'Right'])
    expect(right(await fresh.store.readMatching({ query })()).events).toHaveLength(1)
    // The tags of the event decide, not their hash.
    await plantIn(fresh, 'matches_item', (body) => body.replace(/e\.tags @> array\([^)]*\)[^)]*\)/, 'true'))
    expect(await fresh.store.append(append([tagged(other)], { query: [{ tags: [other] }], marker }))()).toMatchObject(
      changed,
    )
  })
})

describe('siblings in one batch', () => {
  /** A batch as only another client sends it: two claims of one tag. Returns the tags of the verdicts. */
  const verdicts = async (): Promise<ReadonlyArray<string>> => {
    const claim = (n: number) => [
      [`claim-${n}`, 'claim', -1, [[crypto.randomUUID(), 'T', 1, {}, null, null, null, [tag]]], null],
    ]
    const condition = [[[[[], [tag], [], []]], null, null, null, null]]
    const [row] = await fresh.sql.unsafe(
      `select "${fresh.schema}".append($1::text::jsonb, null, $2::text::jsonb) as answer`,
      [JSON.stringify([claim(1), claim(2)]), JSON.stringify([condition, condition])],
    )
    const [, of] = JSON.parse(String(row?.['answer'])) as readonly [number, ReadonlyArray<readonly [string]>]
    return of.map(([verdict]) => verdict)
  }

  it('never both claim what one of them has: the server refuses the later one, the client sends it apart', async () => {
    expect(await verdicts()).toEqual(['appended', 'sibling'])
    const own = Tag.of('name', 'ada')
    const claims = Array.from({ length: 8 }, () => append([tagged(own)], { query: [{ tags: [own] }] }))
    const outcomes = await Promise.all(claims.map((claim) => fresh.store.append(claim)()))
    expect(outcomes.map(({ _tag }) => _tag)).toEqual(['Right', ...claims.slice(1).map(() => 'Left')])
  })

  it('both do when the server does not compare them', async () => {
    await plantIn(fresh, 'append', (body) => body.replace(`verdict := '["sibling"]'`, 'verdict := null'))
    expect(await verdicts()).toEqual(['appended', 'appended'])
  })
})

describe('the transaction of a caller', () => {
  const openClient = async () => {
    const client = connect(fresh.url, { max: 1 })
    await client.unsafe('begin')
    return { client, to: fresh.store.inTransaction(client) }
  }

  it('is refused by its own earlier events, and goes on', async () => {
    const { client, to } = await openClient()
    right(await to.append(append([tagged(tag)]))())
    expect(await to.append(append([tagged(tag)], { query }))()).toMatchObject(changed)
    right(await to.append(append([tagged(other)], { query: [{ tags: [other] }] }))())
    await client.unsafe('commit')
    await client.end({ timeout: 5 })
    expect(right(await fresh.store.readMatching({ query: [{}] })()).events).toHaveLength(2)
  })

  it('that is rolled back gives its keys and its claims back', async () => {
    const { client, to } = await openClient()
    right(await to.append(append([tagged(tag)], { query }))())
    const { waited, outcome } = await startAppend(fresh, append([tagged(tag)], { query }))
    await client.unsafe('rollback')
    await client.end({ timeout: 5 })
    expect([waited, (await outcome)._tag]).toEqual([true, 'Right'])
  })

  it('that crosses another one over keys ends with a retryable error, and after its retry both are stored', async () => {
    const [left, second] = [await openClient(), await openClient()]
    right(await left.to.append(append([tagged(tag)], { query }))())
    right(await second.to.append(append([tagged(other)], { query: [{ tags: [other] }] }))())
    const crossing = await Promise.all([
      left.to.append(append([tagged(other)]))(),
      second.to.append(append([tagged(tag)]))(),
    ])
    expect(crossing.filter(E.isLeft)).toMatchObject([
      { left: { _tag: 'StoreUnavailable', retryable: true, cause: { code: '40P01' } } },
    ])
    for (const { client } of [left, second]) {
      await client.unsafe('commit')
      await client.end({ timeout: 5 })
    }
    expect(right(await fresh.store.readMatching({ query: [{}] })()).events).toHaveLength(2)
  })

  it.each(['repeatable read', 'serializable'] as const)('is refused when it is %s, and so is a read', async (level) => {
    const code = { left: { _tag: 'StoreUnavailable', retryable: false, cause: { code: 'FL001' } } }
    const sql = connect(fresh.url, { max: 1, connection: { default_transaction_isolation: level } })
    const strict = makePostgresStore({ sql, schema: fresh.schema })
    expect(await strict.append(append([tagged(tag)], { query }))()).toMatchObject(code)
    expect(await strict.readMatching({ query })()).toMatchObject(code)
    await strict.stop()
    await sql.end({ timeout: 5 })
    expect(right(await fresh.store.readMatching({ query: [{}] })()).events).toEqual([])
  })
})

it('killed backends leave every decision whole, decided on what is before it, and no key behind', async () => {
  const tags = [1, 2, 3].map((n) => Tag.of('seat', n))
  const writers = 6
  const rounds = 20
  let done = 0
  const write = async (writer: number) => {
    for (let n = 0; n < rounds; n++) {
      const own = tags[(writer + n) % tags.length] ?? tag
      for (let one: Append | undefined; ; ) {
        const page = await fresh.store.readMatching({ query: [{ tags: [own] }] })()
        if (E.isLeft(page)) continue
        const { events, marker } = page.right
        one = append([{ ...tagged(own), data: { seen: events.length } }], { query: [{ tags: [own] }], marker })
        let outcome = await fresh.store.append(one)()
        // Whether it was stored is not known: the same append again, which comes before its condition.
        while (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable') outcome = await fresh.store.append(one)()
        if (E.isRight(outcome)) break
        expect(outcome.left._tag).toBe('BoundaryChanged')
      }
      done++
    }
  }
  const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
  const killed = await killBackendsWhile(fresh, { every: 8, done: () => done, over: () => done >= writers * rounds })
  await writing
  expect(killed).toBeGreaterThan(5)
  for (const own of tags) {
    const { events } = right(await fresh.store.readMatching({ query: [{ tags: [own] }] })())
    expect(events.map(({ data }) => data)).toEqual(events.map((_, seen) => ({ seen })))
  }
  const [locks] = await fresh.watcher.unsafe(
    `select count(*)::int as keys from pg_locks where locktype = 'advisory' and objsubid = 2
     and classid = (select tableoid::bigint from "${fresh.schema}".positions)`,
  )
  expect(locks).toEqual({ keys: 0 })
})
