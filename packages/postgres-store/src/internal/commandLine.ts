import { parseArgs } from 'node:util'
import { describeError } from '@foldlog/core'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { migrate, migrationStatus, printMigrations } from '../Migrations.ts'

/** What a run of the command line printed, and its exit code. */
export interface Printed {
  readonly out: string
  readonly err: string
  readonly code: number
}

export const usage = `foldlog-postgres: the schema of a foldlog event store

  foldlog-postgres print              the whole schema as SQL, for those who apply it themselves; needs no database
  foldlog-postgres migrate            brings the schema up to date, in one transaction; again changes nothing
  foldlog-postgres status             which migrations the database has; exit code 1 when one is missing

  --schema NAME     the schema, foldlog when absent
  --database URL    the server, FOLDLOG_DATABASE_URL when absent
  --help            this text
`

const printed = (out: string): Printed => ({ out, err: '', code: 0 })

const failed = (why: string, code = 1): Printed => ({ out: '', err: `foldlog-postgres: ${why}\n`, code })

const withDatabase = async (
  url: string | undefined,
  work: (sql: postgres.Sql) => Promise<Printed>,
): Promise<Printed> => {
  if (url === undefined || url === '')
    return failed('which database? Say --database URL, or set FOLDLOG_DATABASE_URL', 2)
  let sql: postgres.Sql
  try {
    sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 10 })
  } catch (cause) {
    return failed(`this is not the URL of a database: ${String(cause)}`, 2)
  }
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const statusOf = async (sql: postgres.Sql, schema: string): Promise<Printed> => {
  const status = await migrationStatus({ sql, schema })()
  if (E.isLeft(status)) return failed(describeError(status.left))
  const lines = status.right.map(
    ({ number, name, applied }) => `${String(number).padStart(4, '0')} ${name}: ${applied ? 'applied' : 'missing'}\n`,
  )
  return { out: lines.join(''), err: '', code: status.right.every(({ applied }) => applied) ? 0 : 1 }
}

/** Runs one command. Nothing is thrown; what to print and how to exit come back. */
export const runCommandLine = async (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Printed> => {
  const parsed = E.tryCatch(
    () =>
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { schema: { type: 'string' }, database: { type: 'string' }, help: { type: 'boolean' } },
      }),
    String,
  )
  if (E.isLeft(parsed)) return failed(`${parsed.left}\n\n${usage}`, 2)
  const { values, positionals } = parsed.right
  const { schema = 'foldlog', database = env['FOLDLOG_DATABASE_URL'] } = values
  const [command, ...rest] = positionals
  if (values.help === true) return printed(usage)
  if (rest.length > 0) return failed(`one command at a time\n\n${usage}`, 2)
  switch (command) {
    case 'print': {
      const script = printMigrations(schema)
      return E.isLeft(script) ? failed(describeError(script.left), 2) : printed(script.right)
    }
    case 'migrate':
      return withDatabase(database, async (sql) => {
        const done = await migrate({ sql, schema })()
        return E.isLeft(done) ? failed(describeError(done.left)) : statusOf(sql, schema)
      })
    case 'status':
      return withDatabase(database, (sql) => statusOf(sql, schema))
    default:
      return failed(`${command === undefined ? 'which command?' : `there is no command ${command}`}\n\n${usage}`, 2)
  }
}
