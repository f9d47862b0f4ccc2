import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printGrants, printMigrations } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { run, runNode } from '../../../scripts/test/processes.ts'
import { root } from '../../../scripts/test/root.ts'
import { runCommandLine } from '../src/internal/migrations/commandLine.ts'
import { runAllOperations } from './allOperations.ts'
import { connect, freshDatabase, freshName, migratedStore, testUrl } from './connect.ts'

/** The command as npm links it, in a process of its own. */
const foldlogPostgres = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}) =>
  run(root, 'node_modules/.bin/foldlog-postgres', args, environment)

const admin = connect({ max: 2 })
let database: Awaited<ReturnType<typeof freshDatabase>>
let sql: postgres.Sql

beforeAll(async () => {
  expect(await runNode(root, ['scripts/build.mjs'])).toMatchObject({ code: 0 })
  database = await freshDatabase(admin)
  sql = connect({}, database.url)
})
afterAll(async () => {
  await sql.end()
  await database.drop()
  await admin.end()
})

const env = () => ({ FOLDLOG_DATABASE_URL: database.url })
const say = (...args: ReadonlyArray<string>) => runCommandLine(args, {})

describe('foldlog-postgres, as a process', () => {
  it('prints the schema without a database', async () => {
    const script = E.getOrElse(() => '')(printMigrations('other "place"'))
    expect(script).toContain('other ""place""')
    expect(await foldlogPostgres(['print', '--schema', 'other "place"'])).toEqual({ code: 0, out: script, err: '' })
  })

  const onLinux = existsSync('/dev/full') ? it : it.skip

  onLinux('says that its output cannot be written, and fails, when the disk is full', async () => {
    const print = (redirection: string) =>
      run(root, 'sh', ['-c', `node_modules/.bin/foldlog-postgres print ${redirection}`])
    const message = 'The output cannot be written: ENOSPC'
    expect(await print('>/dev/full')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(`^${message}[^\\n]*\\n$`),
    })
    expect(await print('>/dev/full 2>/dev/full')).toEqual({ code: 1, out: '', err: '' })
  })

  it('prints the schema from a migration on', async () => {
    const script = E.getOrElse(() => '')(printMigrations('foldlog', { from: 2 }))
    expect(await foldlogPostgres(['print', '--from', '2'])).toEqual({ code: 0, out: script, err: '' })
  })

  it('prints the grants of roles, without a database', async () => {
    const writer = 'the "writer"'
    const grants = E.getOrElse(() => '')(printGrants({ schema: 'other', writer, reader: 'reader' }))
    expect(grants).toContain('grant usage on schema "other" to "the ""writer""", "reader";')
    expect(await foldlogPostgres(['grants', '--schema', 'other', '--writer', writer, '--reader', 'reader'])).toEqual({
      code: 0,
      out: grants,
      err: '',
    })
    expect(await say('grants', '--writer', 'writer')).toMatchObject({
      code: 0,
      out: expect.not.stringContaining('reader'),
    })
  })

  it('ends quietly when the reader closes the pipe', async () => {
    const line = `node_modules/.bin/foldlog-postgres print --schema ${'x'.repeat(63)} | true`
    expect(await run(root, 'sh', ['-c', line])).toEqual({ code: 0, out: '', err: '' })
  })

  it('builds itself in a clone where nothing was built yet', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'foldlog-clone-'))
    const place = join(clone, 'packages/postgres-store')
    for (const directory of ['bin', 'dist/esm']) mkdirSync(join(place, directory), { recursive: true })
    mkdirSync(join(clone, 'scripts'))
    cpSync(join(root, 'packages/postgres-store/bin/foldlog-postgres.js'), join(place, 'bin/foldlog-postgres.mjs'))
    // Replaces a build: it prints a line, and writes the program where the link expects it.
    const build = `console.log('building')
      import('node:fs').then(({ writeFileSync }) => writeFileSync(${JSON.stringify(join(place, 'dist/esm/cli.js'))}, "console.log('ran')"))`
    writeFileSync(join(clone, 'scripts/build.mjs'), build)
    for (const err of ['building\n', ''])
      expect(await runNode(clone, [join(place, 'bin/foldlog-postgres.mjs')])).toEqual({ code: 0, out: 'ran\n', err })
    rmSync(clone, { recursive: true })
  })

  it('applies everything once when it runs eight times at once on an empty database', async () => {
    const ended = await Promise.all(Array.from({ length: 8 }, () => foldlogPostgres(['migrate'], env())))
    for (const { code, out, err } of ended) {
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toMatch(/^0001 log: applied\n(\d{4} \w+: applied\n)+([a-z_]+: applied\n)+$/)
    }
    const rows = await sql`
      select count(distinct applied_at)::int as times, count(*)::int as rows
      from (select applied_at from foldlog.migrations union all select applied_at from foldlog.functions) applied`
    expect(rows).toMatchObject([{ times: 1, rows: ended[0]?.out.trim().split('\n').length }])
    await runAllOperations(await migratedStore({ sql }))
  })
})

describe('foldlog-postgres', () => {
  it('prints the status before and after a migration, and marks changed migrations and newer ones', async () => {
    const schema = freshName('status')
    const status = () => say('status', '--schema', schema, '--database', database.url)
    const before = await status()
    expect(before).toMatchObject({ code: 1, err: '' })
    expect(before.out).toMatch(/^(\d{4} \w+: missing\n)+([a-z_]+: missing\n)+$/)
    const migrated = await say('migrate', '--schema', schema, '--database', database.url)
    expect(migrated).toEqual({ code: 0, err: '', out: before.out.replaceAll('missing', 'applied') })
    expect(await status()).toEqual(migrated)
    await sql`update ${sql(schema)}.migrations set checksum = 'x' where number = 1`
    await sql`insert into ${sql(schema)}.migrations values (9999, 'later', 'x')`
    await sql`update ${sql(schema)}.functions set checksum = 'x' where name = 'append'`
    await sql`insert into ${sql(schema)}.functions values ('later', 'x', '99.0.0')`
    const changed = await status()
    expect(changed).toMatchObject({ code: 1, err: '' })
    expect(changed.out).toMatch(/^0001 log: applied in another form than this version has it\n/)
    expect(changed.out).toMatch(/\n9999 later: applied by a newer version of foldlog\n/)
    expect(changed.out).toMatch(/\nappend: applied in another form, which the next migrate replaces\n/)
    expect(changed.out).toMatch(/\nlater: applied by a newer version of foldlog\n$/)
    expect(await say('migrate', '--schema', schema, '--database', database.url)).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining('newer version of foldlog'),
    })
    await sql`drop schema ${sql(schema)} cascade`
  })

  it('takes the database from --database before FOLDLOG_DATABASE_URL', async () => {
    const nowhere = { FOLDLOG_DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' }
    expect(await runCommandLine(['status', '--database', database.url], nowhere)).toMatchObject({ err: '' })
    expect(await runCommandLine(['status'], nowhere)).toMatchObject({
      code: 1,
      err: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'packages/postgres-store/package.json'), 'utf8'))
    expect(await foldlogPostgres(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })

  it('prints its usage', async () => {
    const help = await say('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const word of [
      'print',
      '--from',
      'grants',
      '--writer',
      '--reader',
      'migrate',
      'status',
      '--schema',
      '--database',
      '--version',
      'FOLDLOG_DATABASE_URL',
    ])
      expect(help.out).toContain(word)
    expect(await say('migrate', '--help')).toEqual(help)
  })

  const misunderstood: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
    [[], 'which command?'],
    [['migrat'], 'there is no such command'],
    [['print', 'migrate'], 'one command at a time'],
    [['print', '--scheme', 'x'], "Unknown option '--scheme'"],
    [['print', '--schema'], 'argument missing'],
    [['print', '--from', '9'], 'from: must be the number of a migration, or 0'],
    [['print', '--from', '1x'], 'from: must be the number of a migration, or 0'],
    [['print', '--from', ''], 'from: must be the number of a migration, or 0'],
    [['print', '--from'], 'argument missing'],
    [['status', '--from', '1'], '--from is an option of print'],
    [['print', '--writer', 'w'], '--writer is an option of grants'],
    [['migrate', '--reader', 'r'], '--reader is an option of grants'],
    [['grants'], 'which role writes?'],
    [['grants', '--reader', 'r'], 'which role writes?'],
    [['grants', '--writer', ''], 'writer: must be a non-empty string'],
    [['grants', '--writer', 'public'], "writer: must not be 'public'"],
    [['grants', '--writer', 'w', '--reader', 'pg_monitor'], "reader: must not start with 'pg_'"],
    [['grants', '--writer', 'w', '--reader', 'x'.repeat(64)], 'reader: must have at most 63 bytes'],
    [['print', '--schema', ''], 'schema: must be a non-empty string'],
    [['migrate', '--schema', 'pg_x'], "schema: must not start with 'pg_'"],
    [['status', '--schema', 'x'.repeat(64)], 'schema: must have at most 63 bytes'],
    [['migrate'], 'which database?'],
    [['status', '--database', ''], 'which database?'],
    [['status', '--database', 'here'], 'not the URL of a Postgres database'],
    [['status', '--database', 'mysql://127.0.0.1/x'], 'not the URL of a Postgres database'],
    [['status', '--database', 'postgres://127.0.0.1:port/x'], 'not the URL of a Postgres database'],
    [['status', '--database', 'postgres://%zz@%zz/x'], 'not the URL of a Postgres database'],
  ]
  for (const [args, why] of misunderstood)
    it(`ends with exit code 2 and says why: ${JSON.stringify(args)}`, async () => {
      const { code, out, err } = await say(...args)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain(why)
    })

  it('reports a server that cannot be reached, with its address', async () => {
    const nobody = createServer()
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve))
    const address = nobody.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await new Promise((resolve) => nobody.close(resolve))
    for (const host of ['127.0.0.1', 'localhost'])
      for (const command of ['migrate', 'status'])
        expect(await say(command, '--database', `postgres://a:b@${host}:${port}/x`)).toMatchObject({
          code: 1,
          out: '',
          err: expect.stringContaining(`ECONNREFUSED`),
        })
  })

  it('never prints a password', async () => {
    const secret = 'Geheim17'
    const { host } = new URL(testUrl)
    const outputs = await Promise.all(
      [
        ['status', '--database', `postgres://nobody:${secret}@${host}/postgres`],
        ['migrate', '--database', `postgres://nobody:${secret}@${host}/nowhere`],
        ['status', '--database', `postgres://nobody:${secret}@127.0.0.1:1/x`],
        ['status', '--database', `postgres://nobody:${secret}@host with spaces/x`],
        ['status', '--database', `postgres://nobody:${secret}@${host}:x/y`],
        ['status', '--database', `postgres://nobody:#${secret}@${host}/y`],
        ['status', '--database', `nobody:${secret}@${host}/y`],
        [`postgres://nobody:${secret}@${host}/y`],
        ['migrate', `postgres://nobody:${secret}@${host}/y`],
        ['status', `--databse=postgres://nobody:${secret}@${host}/y`],
        [`--help=postgres://nobody:${secret}@${host}/y`],
      ].map((args) => say(...args)),
    )
    for (const { code, out, err } of outputs) {
      expect(code).not.toBe(0)
      expect(err).not.toBe('')
      expect(out + err).not.toContain(secret)
    }
  })
})
