import type { NewEvent, StreamName } from '@foldlog/core'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { connect } from '../connect.ts'
import { type DocumentedRoles, documentedRoles } from '../DocumentedRoles.ts'
import { freshId, freshStream, newEvents, right } from '../fixtures.ts'

/**
 * Any role can set what Postgres lets every session set, and any setting with a dot in its name. Whatever the writer's
 * role sets: readers do not see its events until its transaction ends, and then read them unchanged, or the append
 * fails.
 */
let roles: DocumentedRoles
let owner: PostgresStore
let reader: PostgresStore
let setting: string

beforeAll(async () => {
  roles = await documentedRoles()
  owner = makePostgresStore({ sql: roles.as('owner') })
  reader = makePostgresStore({ sql: roles.as('reader') })
  const [row] = await roles.as('owner')`select 'foldlog_floor.of_' || tableoid::bigint as name from foldlog.positions`
  setting = row?.['name']
})

afterAll(() => roles.drop())

const drawn = async (): Promise<number> => {
  const [row] = await roles.as('owner')`select last_value::float8 as last from foldlog.positions`
  return row?.['last']
}

/** Events whose values are written in special ways: absent beside present, and texts that look like a null. */
const events = (): ReadonlyArray<NewEvent> => {
  const metadata = [{ correlationId: 'NULL', user: { é: [null, 'NULL', 0.1, 1e21] } }, {}, { causationId: 'null' }]
  return metadata.map((each) => ({
    id: freshId(),
    type: 'Happened',
    schemaVersion: 1,
    data: { text: '\\ " {,} NULL', when: '2026-11-30', n: -1.5e-7 },
    metadata: each,
  }))
}

const append = (stream: StreamName, expected: 'any' | 'noStream') => ({ stream, expected, events: events() }) as const

/** Appends by each form of an append in a transaction of the caller; `between` runs after each. */
const writeOpen = async (sql: postgres.Sql, between: () => Promise<unknown> = async () => {}) => {
  const within = makePostgresStore({ sql }).inTransaction(sql)
  const stored: Array<{ readonly positions: ReadonlyArray<number>; readonly append: ReturnType<typeof append> }> = []
  await sql.unsafe('begin')
  for (const expected of ['noStream', 'any', 'noStream'] as const) {
    const one = append(freshStream(), expected)
    const outcome = await within.append(one)()
    if (E.isLeft(outcome)) return outcome
    stored.push({ positions: outcome.right.positions, append: one })
    await between()
  }
  return E.right(stored)
}

type Open = Awaited<ReturnType<typeof writeOpen>>

const firstOf = (open: Open): number => (E.isRight(open) ? (open.right[0]?.positions[0] ?? 0) : Infinity)

const settled = async (after: number): Promise<number> => {
  const { position, events } = await right(reader.readLog({ after, count: 1000 }))
  return Math.max(position, ...events.map((event) => event.position))
}

const expectStored = async (open: Open) => {
  if (E.isLeft(open)) throw new Error(JSON.stringify(open.left))
  for (const { positions, append } of open.right) {
    const { events } = await right(reader.readStream(append.stream))
    expect(events).toEqual(
      append.events.map((event, i) => expect.objectContaining({ ...event, position: positions[i] })),
    )
  }
}

/** Appends of others. A reader that is not held back would read these, and so pass the open append. */
const appendBeside = () => right(owner.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))

describe('a floor that the writer has forged', () => {
  const forged: Readonly<Record<string, (floor: number) => string>> = {
    'that it is locked': () => 'locked',
    nothing: () => '',
    'no number': () => 'NaN',
    'a number below': (floor) => `${floor - 3}`,
    'the floor': (floor) => `${floor}`,
    'a number just above': (floor) => `${floor + 2}`,
    'a number above': (floor) => `${floor + 1_000}`,
    'the first': () => '0',
    'below the first': () => '-1',
    'the end': () => '9007199254740991',
    'half of the key space below': (floor) => `${floor - 2 ** 39}`,
    'nearly half of it': (floor) => `${floor - 2 ** 39 + 1}`,
    'the whole of it': (floor) => `${floor - 2 ** 40 + 1}`,
    'more than the key space below': (floor) => `${floor - 2 ** 40 - 7}`,
    'what no bigint holds': () => '99999999999999999999',
    'several lines': (floor) => `${floor + 9}\n${floor + 9}`,
    'other digits': () => '٣',
  }

  beforeAll(async () => {
    await roles.as('owner').unsafe(`select setval('foldlog.positions', ${2 ** 41})`)
    await appendBeside()
  })

  for (const [name, value] of Object.entries(forged))
    for (const local of [false, true])
      it(`holds readers until its writer commits, then shows all (${name}, ${local ? 'before each append' : 'once for its session'})`, async () => {
        const sql = connect({ max: 1 }, roles.url('writer'))
        const forge = async () => sql.unsafe(`select set_config('${setting}', $1, ${local})`, [value(await drawn())])
        const before = await drawn()
        await sql`select 1`
        if (!local) await forge()
        const open = await writeOpen(sql, async () => {
          if (local) await forge()
          await appendBeside()
        })
        await appendBeside()
        expect(open).toMatchObject({ _tag: 'Right' })
        expect(await settled(before)).toBeLessThan(firstOf(open))
        await sql.unsafe('commit')
        expect(await settled(before)).toBe(await drawn())
        await expectStored(open)
        await sql.end()
      })

  it('holds readers after a release of all locks, which does not release those of a transaction', async () => {
    const sql = connect({ max: 1 }, roles.url('writer'))
    const before = await drawn()
    const open = await writeOpen(sql)
    await appendBeside()
    await sql.unsafe(`
      select pg_advisory_unlock_shared((l.classid::bigint << 32) | l.objid::bigint) from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid();
      select pg_advisory_unlock_all()`)
    expect(await settled(before)).toBeLessThan(firstOf(open))
    await sql.unsafe('commit')
    await expectStored(open)
    await sql.end()
  })
})

describe('any setting of a session', () => {
  /** Values of settings that are texts. */
  const texts: Readonly<Record<string, ReadonlyArray<string>>> = {
    DateStyle: ['SQL, DMY', 'German'],
    TimeZone: ['Pacific/Apia', 'Asia/Kathmandu'],
    search_path: ['mine, pg_catalog', 'nowhere', ''],
    lc_numeric: ['C'],
    temp_tablespaces: [''],
    'plpgsql.extra_errors': ['all'],
  }
  /** These have no effect on what is stored, and each takes time. */
  const left = /^(debug_|log_|geqo|track_|trace_)/

  it('loses and changes no event, at any value, when every session can set it', async () => {
    const known = await roles.as('owner')<
      Array<{ name: string; type: string; values: ReadonlyArray<string>; low: string; high: string; own: string }>
    >`select name, vartype as type, to_json(enumvals) as values, min_val as low, max_val as high, setting as own
      from pg_settings where context = 'user' order by name`
    const tried = known
      .filter(({ name }) => !left.test(name))
      .flatMap(({ name, type, values, low, high, own }): ReadonlyArray<readonly [string, string]> => {
        if (type === 'bool') return [[name, own === 'on' ? 'off' : 'on']]
        if (type === 'enum') return values.filter((value) => value !== own).map((value) => [name, value] as const)
        if (type === 'string') return (texts[name] ?? []).map((value) => [name, value] as const)
        return [low, high].filter((value) => value !== own).map((value) => [name, value] as const)
      })
    const failed: Array<string> = []
    for (const [name, value] of tried) {
      const sql = connect({ max: 1 }, roles.url('writer'))
      const before = await drawn()
      const set = await sql`select set_config(${name}, ${value}, false)`.then(E.right, E.left)
      const alone = append(freshStream(), 'noStream')
      const stored = await makePostgresStore({ sql, retryTimeout: 1, statementTimeout: 5_000 }).append(alone)()
      const open: Open = await writeOpen(sql).catch(E.left)
      await appendBeside()
      const seen = await settled(before)
      if (seen >= firstOf(open)) throw new Error(`${name} = ${value}: readers passed an open append`)
      const committed = await sql.unsafe(E.isRight(open) ? 'commit' : 'rollback').then(E.right, E.left)
      if (E.isLeft(set) || E.isLeft(stored) || E.isLeft(open) || E.isLeft(committed)) failed.push(`${name} = ${value}`)
      try {
        if (E.isRight(stored)) await expectStored(E.right([{ positions: stored.right.positions, append: alone }]))
        if (E.isRight(open) && E.isRight(committed)) await expectStored(open)
      } catch (cause) {
        throw new Error(`${name} = ${value}: ${String(cause)}`, { cause })
      }
      await sql.end({ timeout: 1 })
    }
    expect(tried.length).toBeGreaterThan(150)
    // Other levels of isolation are refused, and so is writing where a transaction may only read.
    expect(failed.filter((name) => !/^(default_)?transaction_(isolation|read_only|deferrable) /.test(name))).toEqual([])
  }, 300_000)
})
