import { parseArgs } from 'node:util'
import { describeError, describeUnknown, type InvalidInput } from '@foldlog/core'
import type { IndexChanges } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { printGrants } from '../../grants.ts'
import { createInspectionIndexes, dropInspectionIndexes } from '../../inspectionIndexes.ts'
import type { MigrationState } from '../../MigrationStatus.ts'
import { migrate, migrationStatus, printMigrations } from '../../Migrations.ts'
import { makePostgresStoreEither } from '../../PostgresStore.ts'
import { sqlVersion } from '../schema/sqlFiles.generated.ts'
import { describeDropped } from './schemaObjects.ts'

/** The output and the exit code of a run of the command line. */
export interface CommandLineResult {
  readonly out: string
  readonly err: string
  readonly code: number
}

export const usage = `foldlog-postgres: the schema of a foldlog event store

  foldlog-postgres print [--from N]   the whole schema as SQL, for those who apply it themselves; needs no database;
                                     with --from without the migrations up to that number, which must be there
  foldlog-postgres grants --writer ROLE [--reader ROLE]
                                     the statements that let roles use the store, as SQL for the owner; needs no database;
                                     apply them after each migration
  foldlog-postgres migrate            brings the schema up to date, in one transaction; again changes nothing
  foldlog-postgres status             which migrations and functions the database has; exit code 1 unless it has all of
                                     them, and no newer one; or which sequences are behind the rows that they number
  foldlog-postgres indexes            creates the indexes that projections declare and the database lacks, beside readers
                                     and writers, and drops those that none declares; for the owner
  foldlog-postgres indexes --inspection on|off
                                     the same, and creates or drops the indexes of events by correlation and causation
                                     id, which make searches fast and appends slower

  --schema NAME     the schema, foldlog when absent
  --database URL    the server, FOLDLOG_DATABASE_URL when absent; keep a password in that variable, because every user
                    of the machine sees arguments
  --version         the version of foldlog
  --help            this text

Exit code: 0 done, 1 not done, 2 not understood.
`

const success = (out: string): CommandLineResult => ({ out, err: '', code: 0 })

const failure = (why: string, code = 1): CommandLineResult => ({ out: '', err: `foldlog-postgres: ${why}\n`, code })

const notUrl = 'this is not the URL of a Postgres database, such as postgres://user:password@host:5432/database'

const withDatabase = async (
  url: string | undefined,
  work: (sql: postgres.Sql) => Promise<CommandLineResult>,
): Promise<CommandLineResult> => {
  if (url === undefined || url === '')
    return failure('which database? Say --database URL, or set FOLDLOG_DATABASE_URL', 2)
  if (!/^postgres(ql)?:\/\//.test(url)) return failure(notUrl, 2)
  let sql: postgres.Sql
  try {
    // Without prepared statements the command works through a pooler too.
    sql = postgres(url, { max: 1, fetch_types: false, prepare: false, onnotice: () => {}, connect_timeout: 10 })
  } catch {
    // Not what was caught: it may quote the URL, and with it the password.
    return failure(notUrl, 2)
  }
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const migrationTexts: Readonly<Record<MigrationState['state'], string>> = {
  applied: 'applied',
  changed: 'applied in another form than this version has it',
  missing: 'missing',
  unknown: 'applied by a newer version of foldlog',
}

const functionTexts: typeof migrationTexts = {
  ...migrationTexts,
  changed: 'applied in another form, which the next migrate replaces',
}

const printStatus = async (sql: postgres.Sql, schema: string): Promise<CommandLineResult> => {
  const status = await migrationStatus({ sql, schema })()
  if (E.isLeft(status)) return failure(describeError(status.left))
  const { migrations, functions, dropped, upToDate } = status.right
  const lines = [
    ...migrations.map(
      ({ number, name, state }) => `${String(number).padStart(4, '0')} ${name}: ${migrationTexts[state]}\n`,
    ),
    ...functions.map(({ name, state }) => `${name}: ${functionTexts[state]}\n`),
    ...(dropped.length === 0 ? [] : [`${describeDropped(dropped)}\n`]),
  ]
  return { out: lines.join(''), err: '', code: upToDate ? 0 : 1 }
}

const describeChanges = ({ made, missing, busy }: IndexChanges): CommandLineResult => {
  const out = made.map((change) => `${change};\n`).join('')
  if (busy) return { ...failure('another process creates indexes now; try again when it is done'), out }
  if (missing.length === 0) return success(out)
  return { ...failure(missing.map(({ change, why }) => `${change}: ${why}`).join('\n')), out }
}

const createIndexes = async (
  sql: postgres.Sql,
  schema: string,
  inspection: string | undefined,
): Promise<CommandLineResult> => {
  // A person reads the answer, and can run the command again.
  const store = makePostgresStoreEither({ sql, schema, notifications: false, retryTimeout: 0 })
  if (E.isLeft(store)) return failure(describeError(store.left), 2)
  const changes = await store.right.createIndexes()
  if (E.isLeft(changes)) return failure(describeError(changes.left))
  const views = describeChanges(changes.right)
  if (inspection === undefined || views.code !== 0) return views
  const change = inspection === 'on' ? createInspectionIndexes : dropInspectionIndexes
  const own = await change({ sql, schema })()
  if (E.isLeft(own)) return { ...failure(describeError(own.left)), out: views.out }
  const result = describeChanges(own.right)
  return { ...result, out: `${views.out}${result.out}` }
}

const printed = (script: E.Either<InvalidInput, string>): CommandLineResult =>
  E.isLeft(script) ? failure(describeError(script.left), 2) : success(script.right)

const commands = ['print', 'grants', 'migrate', 'status', 'indexes'] as const

/** The options that belong to one command. */
const ownOptions = { from: 'print', writer: 'grants', reader: 'grants', inspection: 'indexes' } as const

/** Runs one command. Never throws. Returns what to print and the exit code. */
export const runCommandLine = async (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<CommandLineResult> => {
  const parsed = E.tryCatch(
    () =>
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          schema: { type: 'string' },
          database: { type: 'string' },
          from: { type: 'string' },
          writer: { type: 'string' },
          reader: { type: 'string' },
          inspection: { type: 'string' },
          version: { type: 'boolean' },
          help: { type: 'boolean' },
        },
      }),
    describeUnknown,
  )
  if (E.isLeft(parsed)) return failure(`${parsed.left}\n\n${usage}`, 2)
  const { values, positionals } = parsed.right
  const { schema = 'foldlog', database = env['FOLDLOG_DATABASE_URL'] } = values
  const [command, ...rest] = positionals
  if (values.help === true) return success(usage)
  if (values.version === true) return success(`${sqlVersion}\n`)
  if (command === undefined) return failure(`which command?\n\n${usage}`, 2)
  if (rest.length > 0) return failure(`one command at a time\n\n${usage}`, 2)
  // Not the word itself: it may be a URL that lost its option, with a password in it.
  if (!commands.some((name) => name === command)) return failure(`there is no such command\n\n${usage}`, 2)
  for (const option of ['from', 'writer', 'reader', 'inspection'] as const)
    if (values[option] !== undefined && command !== ownOptions[option])
      return failure(`--${option} is an option of ${ownOptions[option]}\n\n${usage}`, 2)
  const { from = '0', writer, reader, inspection } = values
  if (inspection !== undefined && inspection !== 'on' && inspection !== 'off')
    return failure(`--inspection is on or off\n\n${usage}`, 2)
  const script = printMigrations(schema, { from: /^\d{1,9}$/.test(from) ? Number(from) : -1 })
  if (E.isLeft(script)) return printed(script)
  switch (command) {
    case 'print':
      return printed(script)
    case 'grants':
      return writer === undefined
        ? failure(`which role writes? Say --writer ROLE\n\n${usage}`, 2)
        : printed(printGrants({ schema, writer, ...(reader === undefined ? {} : { reader }) }))
    case 'migrate':
      return withDatabase(database, async (sql) => {
        const done = await migrate({ sql, schema })()
        return E.isLeft(done) ? failure(describeError(done.left)) : printStatus(sql, schema)
      })
    case 'indexes':
      return withDatabase(database, (sql) => createIndexes(sql, schema, inspection))
    default:
      return withDatabase(database, (sql) => printStatus(sql, schema))
  }
}
