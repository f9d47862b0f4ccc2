import { makePostgresStore, migrate, migrationStatus, printGrants, sqlFunctions } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { readAll, runAllOperations, writeAll } from './allOperations.ts'
import { connect, freshName, until } from './connect.ts'
import { type DocumentedRoles, documentedRoles, type Role } from './DocumentedRoles.ts'
import { documentedSql } from './documentedSql.ts'
import { freshStream, left, newEvents, right } from './fixtures.ts'

let roles: DocumentedRoles
const as = (role: Role) => roles.as(role)

beforeAll(async () => {
  roles = await documentedRoles()
})

afterAll(() => roles.drop())

const lacking = {
  _tag: 'StoreUnavailable',
  retryable: false,
  why: expect.stringContaining('see docs/postgres.md for the grants'),
}

/** Statements of roles that may only use the store. */
const forbidden = [
  "update foldlog.events set data = '{}'",
  'delete from foldlog.events',
  'truncate foldlog.events',
  'select * from foldlog.events',
  'select * from foldlog.streams',
  'select * from foldlog.snapshots',
  'insert into foldlog.events select * from foldlog.events',
  "insert into foldlog.streams (name, category) values ('a-1', 'a')",
  'update foldlog.streams set version = version + 1',
  'delete from foldlog.streams',
  'delete from foldlog.migrations',
  'delete from foldlog.functions',
  "update foldlog.functions set checksum = ''",
  "select nextval('foldlog.positions')",
  "select setval('foldlog.positions', 1)",
  'select * from foldlog.sequences_behind()',
  'select * from foldlog.advance_sequences()',
  'alter sequence foldlog.positions cache 10',
  'alter table foldlog.events disable trigger protect',
  'alter table foldlog.streams disable trigger all',
  'drop table foldlog.snapshots',
  'drop function foldlog.append(jsonb, jsonb, jsonb)',
  'drop schema foldlog cascade',
  'create table foldlog.mine ()',
  'create function foldlog.mine() returns int language sql return 1',
  'do $$ begin lock table foldlog.events in share mode; end $$',
]

describe('the roles of a store', () => {
  it('are no superusers', async () => {
    for (const role of ['owner', 'writer', 'reader'] as const)
      expect(
        await as(
          role,
        )`select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user`,
      ).toEqual([{ rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolbypassrls: false }])
  })

  it('let the owner migrate and do everything', async () => {
    await runAllOperations(makePostgresStore({ sql: as('owner') }))
  })

  it('let a writer call every function of a store', async () => {
    const store = makePostgresStore({ sql: as('writer') })
    await runAllOperations(store)
    const within = as('writer').begin((transaction) =>
      right(store.inTransaction(transaction).append({ stream: freshStream(), expected: 'any', events: newEvents(1) })),
    )
    expect(await within).toMatchObject({ version: 1 })
  })

  it('let a writer migrate when there is nothing to do, and see what is applied', async () => {
    expect(await migrate({ sql: as('writer') })()).toMatchObject({ _tag: 'Right' })
    expect(await right(migrationStatus({ sql: as('writer') }))).toMatchObject({ upToDate: true })
  })

  it('let a reader read everything', async () => {
    const written = await writeAll(makePostgresStore({ sql: as('writer') }))
    await readAll(makePostgresStore({ sql: as('reader') }), written)
    expect(await as('reader')`select foldlog.settled_position()`).toHaveLength(1)
  })

  it('let a reader write nothing', async () => {
    const { stream } = await writeAll(makePostgresStore({ sql: as('writer') }))
    const store = makePostgresStore({ sql: as('reader') })
    expect(await left(store.append({ stream, expected: 'any', events: newEvents(1) }))).toMatchObject(lacking)
    expect(await left(store.deleteStream(stream, 'any'))).toMatchObject(lacking)
    expect(await left(store.saveSnapshot({ stream, version: 3, schemaVersion: 1, state: 0 }))).toMatchObject(lacking)
    expect(await right(store.readFromSnapshot(stream, 1))).toMatchObject({ snapshot: { value: { version: 2 } } })
  })

  for (const role of ['writer', 'reader'] as const)
    for (const statement of forbidden)
      it(`do not let a ${role} run: ${statement}`, async () => {
        await expect(as(role).unsafe(statement)).rejects.toMatchObject({ code: '42501' })
      })

  it('let a role without grants do nothing', async () => {
    const stranger = freshName('stranger')
    const admin = connect()
    await admin.unsafe(`create role ${stranger} login password 'stranger'`)
    const sql = connect(
      { max: 1 },
      Object.assign(new URL(roles.databaseUrl), { username: stranger, password: 'stranger' }).href,
    )
    const store = makePostgresStore({ sql })
    expect(await left(store.readLog())).toMatchObject(lacking)
    expect(await left(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))).toMatchObject(
      lacking,
    )
    expect(await left(migrationStatus({ sql }))).toMatchObject(lacking)
    expect(await left(migrate({ sql }))).toMatchObject(lacking)
    await sql.end()
    await admin.unsafe(`drop role ${stranger}`)
    await admin.end()
  })

  it('keep a writer’s own objects from taking the place of what the functions use', async () => {
    const sql = connect({ max: 1 }, roles.url('writer'))
    // Temporary tables come first in every search path that does not say otherwise.
    await sql.unsafe(`
      create temporary table pg_locks (x int); create temporary table pg_sequence (x int); create temporary table pg_database (x int);
      create function mine.jsonb_array_length(jsonb) returns int language sql as 'select 1/0';
      set search_path = mine, pg_catalog`)
    await runAllOperations(makePostgresStore({ sql }))
    await sql.end()
  })
})

describe('what grants cannot prevent', () => {
  it('is that any role makes a migration wait, which `lock_timeout` ends, and no append', async () => {
    const holder = connect({ max: 1 }, roles.url('reader'))
    await holder.unsafe("select pg_advisory_lock(hashtextextended('foldlog migrations', 0))")
    const owner = connect({ max: 1, connection: { lock_timeout: 100 } }, roles.url('owner'))
    expect(await left(migrate({ sql: owner }))).toMatchObject({ _tag: 'StoreUnavailable', retryable: true })
    await right(
      makePostgresStore({ sql: as('writer') }).append({ stream: freshStream(), expected: 'any', events: newEvents(1) }),
    )
    await holder.unsafe('select pg_advisory_unlock_all()')
    await right(migrate({ sql: owner }))
    await Promise.all([holder.end(), owner.end()])
  })

  it('is that any role notifies the channel of the schema, which only makes readers look', async () => {
    const writer = makePostgresStore({ sql: as('writer') })
    const [row] = await as('owner')`select 'foldlog_' || md5('"foldlog"') as channel`
    let woken = 0
    const end = writer.onAppend(() => void woken++)
    await until(async () => {
      await as('reader').unsafe(`select pg_notify('${row?.['channel']}', 'nonsense')`)
      return woken > 0
    })
    end()
    expect(await right(writer.settledPosition)).toBeGreaterThanOrEqual(0)
    await writer.stop()
  })
})

describe('the grants of docs/postgres.md', () => {
  it('are the ones that the command line prints', () => {
    const printed = printGrants({ writer: 'bank_writer', reader: 'bank_reader' })
    expect(printed).toEqual({ _tag: 'Right', right: `${documentedSql('Grants').join('\n')}\n` })
  })

  it('let a role write that had no grants', async () => {
    const role = freshName('alone')
    const admin = connect()
    await admin.unsafe(`create role ${role} login password 'alone'`)
    await as('owner').unsafe(E.getOrElse(() => '')(printGrants({ writer: role })))
    const sql = connect(
      { max: 1 },
      Object.assign(new URL(roles.databaseUrl), { username: role, password: 'alone' }).href,
    )
    await runAllOperations(makePostgresStore({ sql }))
    expect(await migrate({ sql })()).toMatchObject({ _tag: 'Right' })
    await sql.end()
    await as('owner').unsafe(`
      revoke all on all functions in schema foldlog from ${role};
      revoke all on all tables in schema foldlog from ${role};
      revoke all on schema foldlog from ${role}`)
    await admin.unsafe(`drop role ${role}`)
    await admin.end()
  })

  it('name each function that a client calls, and no other', async () => {
    const callable = async (role: 'writer' | 'reader') =>
      (
        await as('owner')`
          select proname as name from pg_proc
          where pronamespace = 'foldlog'::regnamespace and has_function_privilege(${roles.names[role]}, oid, 'execute')`
      )
        .map(({ name }) => String(name))
        .toSorted()
    for (const role of ['writer', 'reader'] as const) {
      const called = sqlFunctions.filter(({ callers }) => callers.includes(role)).map(({ name }) => name)
      expect(called.length).toBeGreaterThan(10)
      expect(await callable(role)).toEqual(called.toSorted())
    }
  })
})

describe('the functions of a schema', () => {
  it('are not granted to PUBLIC, and those for writers run as their owner with their own search path', async () => {
    const all = await as('owner')<Array<{ definer: boolean; path: boolean; everybody: boolean; writer: boolean }>>`
      select proname as name, prosecdef as definer,
        coalesce('search_path=pg_catalog, pg_temp' = any (proconfig), false) as path,
        exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as everybody,
        has_function_privilege(${roles.names.writer}, oid, 'execute') as writer
      from pg_proc where pronamespace = 'foldlog'::regnamespace`
    expect(all.filter(({ everybody }) => everybody)).toEqual([])
    expect(all.filter(({ writer }) => writer).length).toBeGreaterThanOrEqual(9)
    expect(all.filter(({ definer, path, writer }) => definer !== writer || path !== writer)).toEqual([])
  })

  // Without sequential scans the estimated cost of the one row of the sequence of positions is so high that a server
  // with JIT compiles the query: 30 ms for an append.
  it('are planned without JIT when they are planned without sequential scans', async () => {
    const all = await as('owner')<Array<{ name: string; settings: string }>>`
      select proname as name, proconfig::text as settings from pg_proc where pronamespace = 'foldlog'::regnamespace and proconfig is not null`
    const planned = all.filter(({ settings }) => settings.includes('enable_seqscan=off'))
    expect(planned.length).toBeGreaterThan(20)
    expect(planned.filter(({ settings }) => !settings.includes('jit=off'))).toEqual([])
  })
})
