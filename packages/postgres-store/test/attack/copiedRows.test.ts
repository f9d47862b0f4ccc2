import { makePostgresStore, migrate, migrationStatus } from '@foldlog/postgres-store'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { runCommandLine } from '../../src/internal/migrations/commandLine.ts'
import { documentedSql } from '../documentedSql.ts'
import { freshStream, left, newEvents, readWholeLog, right } from '../fixtures.ts'
import { connect, type FreshStore, freshStore } from './freshStore.ts'

/** Rows are copied without their sequences. The next number drawn may then be free, and readers may have passed it. */
let source: FreshStore
let copy: FreshStore

const tables = ['streams', 'events', 'handlers', 'handler_generations', 'handler_partitions']

const sequences = ['positions', 'streams_id_seq', 'handlers_id_seq', 'handler_generations_id_seq']

const handler = (name: string) => ({ name, generation: 1, partitions: 1, start: 0 })

beforeAll(async () => {
  source = await freshStore()
  for (let i = 0; i < 5; i++) {
    await right(source.store.append({ stream: freshStream(), expected: 'noStream', events: newEvents(2) }))
    await right(source.store.register(handler(`handler ${i}`)))
  }
  // Wide gaps.
  for (const name of sequences) await source.watcher.unsafe(`select setval('"${source.schema}".${name}', 1000)`)
  await right(source.store.append({ stream: freshStream(), expected: 'noStream', events: newEvents(1) }))
  await right(source.store.register(handler('handler 1000')))
})

afterAll(() => source.close())

const copyRows = async () => {
  for (const table of tables)
    await copy.watcher.unsafe(
      `insert into "${copy.schema}".${table} overriding system value select * from "${source.schema}".${table}`,
    )
}

beforeEach(async () => {
  copy = await freshStore()
})

afterEach(() => copy.close())

/** As in docs/postgres.md, except for the name of the schema. */
const advance = async (): Promise<ReadonlyArray<{ readonly sequence: string; readonly highest: string }>> => {
  const [text = ''] = documentedSql('Copies of rows')
  const rows = await copy.watcher.unsafe(
    text.replace('select *', 'select sequence::text, highest').replaceAll('foldlog.', `"${copy.schema}".`),
  )
  return rows.map(({ sequence, highest }) => ({ sequence, highest }))
}

const setSequence = (name: string, value: number) =>
  copy.watcher.unsafe(`select setval('"${copy.schema}".${name}', ${value})`)

const lastOf = async (name: string): Promise<number> => {
  const [row] = await copy.watcher.unsafe(
    `select (last_value - (not is_called)::int)::float8 as last from "${copy.schema}".${name}`,
  )
  return row?.['last']
}

const refused = (name: string) => ({
  _tag: 'StoreUnavailable',
  retryable: false,
  why: expect.stringMatching(new RegExp(`${name}.*advance_sequences`, 's')),
  cause: { code: 'FL006' },
})

const one = () => ({ stream: freshStream(), expected: 'noStream', events: newEvents(1) }) as const

/** Every form of an append, by a session that has not appended before. */
const ways: Readonly<Record<string, (fresh: FreshStore) => Promise<unknown>>> = {
  'of one event to a new stream': ({ store }) => left(store.append(one())),
  'of many events': ({ store }) => left(store.append({ ...one(), events: newEvents(3) })),
  'at any version': ({ store }) => left(store.append({ ...one(), expected: 'any' })),
  'to several streams': ({ store }) => left(store.appendAll([one(), one()])),
  'to a stream that is there': async ({ store }) => {
    const [event] = await readWholeLog(source.store)
    if (event === undefined) throw new Error('the source has no event')
    return left(store.append({ stream: event.stream, expected: 2, events: newEvents(1) }))
  },
  'many at once': async ({ store }) => {
    const errors = await Promise.all(Array.from({ length: 9 }, () => left(store.append(one()))))
    return errors.at(-1)
  },
  'in a transaction of the caller’s': async ({ sql, store }) => {
    const errors: Array<unknown> = []
    const ended = sql.begin(async (transaction) => {
      errors.push(await left(store.inTransaction(transaction).append(one())))
    })
    await expect(ended).rejects.toMatchObject({ code: 'FL006' })
    return errors[0]
  },
}

describe('rows without their sequences', () => {
  for (const [name, append] of Object.entries(ways))
    it(`make appends ${name} fail, and draw no position, until the owner has advanced the sequences`, async () => {
      await copyRows()
      // In the middle of a gap, where the positions drawn are free; the same for new streams.
      await setSequence('positions', 500)
      await setSequence('streams_id_seq', 500)
      const before = await readWholeLog(copy.store)
      for (let i = 0; i < 2; i++) expect(await append(copy)).toMatchObject(refused('positions is at 500'))
      expect(await lastOf('positions')).toBe(500)
      expect(await readWholeLog(copy.store)).toEqual(before)
      const moved = await advance()
      expect(moved.map(({ sequence, highest }) => [sequence.split('.')[1], highest]).toSorted()).toEqual(
        sequences.toSorted().map((each) => [each, '1001']),
      )
      expect(await right(copy.store.append(one()))).toMatchObject({ positions: [1002] })
      await right(copy.store.register(handler('after')))
      expect(await advance()).toEqual([])
    })

  it('make the first append fail when no number was drawn yet, at any number that it would draw', async () => {
    await copyRows()
    expect(await left(copy.store.append(one()))).toMatchObject({
      retryable: false,
      why: expect.stringContaining('advance_sequences'),
    })
    await setSequence('streams_id_seq', 2000)
    expect(await left(copy.store.append(one()))).toMatchObject(refused('positions is at 0'))
  })

  for (const behind of sequences)
    it(`are found by the first append of a session, a handler that registers, migrate and the status, when ${behind} alone is behind`, async () => {
      await copyRows()
      for (const name of sequences) await setSequence(name, name === behind ? 900 : 2000)
      const expected = refused(`${behind} is at 90., the highest number stored is 1001`)
      expect(await left(copy.store.append(one()))).toMatchObject(expected)
      expect(await left(copy.store.register(handler('new')))).toMatchObject(expected)
      const { sql, schema, url } = copy
      expect(await left(migrate({ sql, schema }))).toMatchObject(expected)
      expect(await left(migrationStatus({ sql, schema }))).toMatchObject(expected)
      const status = await runCommandLine(['status', '--schema', schema, '--database', url], {})
      expect(status).toMatchObject({ code: 1, err: expect.stringContaining('advance_sequences') })
      expect(await advance()).toHaveLength(1)
      await right(copy.store.append(one()))
      await right(copy.store.register(handler('new')))
      await right(migrate({ sql, schema }))
      expect(await right(migrationStatus({ sql, schema }))).toMatchObject({ upToDate: true })
    })

  it('are found before a session that has appended before draws 61 more positions', async () => {
    const client = connect(copy.url, { max: 1 })
    const store = makePostgresStore({ sql: client, schema: copy.schema })
    await right(store.append(one()))
    await setSequence('positions', 1001)
    await right(store.append(one()))
    await setSequence('positions', 70)
    let stored = 0
    while ((await store.append(one())())._tag === 'Right') stored++
    expect(stored).toBeLessThan(61)
    expect(await lastOf('positions')).toBe(122)
    expect(await left(store.append(one()))).toMatchObject(refused('positions is at 122'))
    await store.stop()
    await client.end({ timeout: 5 })
  })
})

describe('sequences that fit', () => {
  it('let every append pass, and never move, whatever sessions append and begin meanwhile', async () => {
    const append = async () => {
      const client = connect(copy.url, { max: 1 })
      const store = makePostgresStore({ sql: client, schema: copy.schema })
      for (let i = 0; i < 40; i++) await right(store.append(one()))
      await store.stop()
      await client.end({ timeout: 5 })
    }
    let done = false
    const appends = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let i = 0; i < 5; i++) await append()
      }),
    ).finally(() => {
      done = true
    })
    while (!done) expect(await advance()).toEqual([])
    await appends
    expect(await lastOf('positions')).toBe(800)
    expect(await right(migrationStatus({ sql: copy.sql, schema: copy.schema }))).toEqual(
      await right(migrationStatus({ sql: source.sql, schema: source.schema })),
    )
  })

  it('let appends pass beside the rows of an open transaction', async () => {
    const open = connect(copy.url, { max: 1 })
    await open.unsafe('begin')
    await right(makePostgresStore({ sql: open, schema: copy.schema }).inTransaction(open).append(one()))
    await right(copy.store.append(one()))
    await right(migrate({ sql: copy.sql, schema: copy.schema }))
    await open.end({ timeout: 5 })
  })
})
