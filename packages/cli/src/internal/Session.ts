import { describeUnknown } from '@foldlog/core'
import type { Masks, OperatedDomain, OperatedStore } from '@foldlog/operations'
import { makePostgresStoreEither } from '@foldlog/postgres-store'
import { either as E, type task as T } from 'fp-ts'
import postgres from 'postgres'
import type { FoldlogConfig } from '../FoldlogConfig.ts'
import { type CliError, usage } from './CliError.ts'
import type { Output } from './output/Output.ts'

/** What a command works with. `sql` is there when the command line has opened the database itself. */
export interface Session {
  readonly store: OperatedStore
  readonly domain: OperatedDomain
  readonly config: FoldlogConfig
  readonly output: Output
  readonly signal: AbortSignal
  readonly by: string
  readonly masks: Masks
  readonly sql: postgres.Sql | undefined
  readonly schema: string
  readonly release: T.Task<unknown>
}

/** The options that every command has. */
export interface CommonOptions {
  readonly config?: string | undefined
  readonly database?: string | undefined
  readonly schema?: string | undefined
  readonly by?: string | undefined
  readonly unmasked?: boolean | undefined
}

type Opened = Pick<Session, 'store' | 'release' | 'sql'>

const notUrl = 'this is not the URL of a Postgres database, such as postgres://user:password@host:5432/database'

/** Milliseconds. A person waits for the answer: a store that is away is reported soon. */
const [retryTimeout, statementTimeout] = [2_000, 60_000]

const openPostgres = (url: string | undefined, schema: string, signal: AbortSignal): E.Either<CliError, Opened> => {
  if (url === undefined || url === '')
    return E.left(usage('which store? Say --database URL, set FOLDLOG_DATABASE_URL, or write a foldlog.config.ts'))
  if (!/^postgres(ql)?:\/\//.test(url)) return E.left(usage(notUrl))
  let sql: postgres.Sql
  try {
    // Without prepared statements the commands work through a pooler too.
    sql = postgres(url, { max: 4, fetch_types: false, prepare: false, onnotice: () => {}, connect_timeout: 5 })
  } catch {
    // Not what was caught: it may quote the URL, and with it the password.
    return E.left(usage(notUrl))
  }
  const store = makePostgresStoreEither({ sql, schema, retryTimeout, statementTimeout })
  if (E.isLeft(store)) return store
  const release = async () => {
    await store.right.stop()
    // Seconds. After an interruption no command waits for answers of the server.
    await sql.end({ timeout: signal.aborted ? 0 : 5 })
  }
  return E.right({ store: store.right, release, sql })
}

/** Opens the store of a configuration, or the database that is named: an option comes before the configuration. */
export const openStore = async (
  config: FoldlogConfig,
  options: CommonOptions,
  { variables, signal }: { readonly variables: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<E.Either<CliError, Opened & { readonly schema: string }>> => {
  const schema = options.schema ?? config.schema ?? 'foldlog'
  if (config.store === undefined || options.database !== undefined) {
    const url = options.database ?? config.database ?? variables['FOLDLOG_DATABASE_URL']
    const opened = openPostgres(url, schema, signal)
    return E.isLeft(opened) ? opened : E.right({ ...opened.right, schema })
  }
  try {
    const { store, release = async () => {} } = await config.store()
    return E.right({ store, release, sql: undefined, schema })
  } catch (cause) {
    return E.left(usage(`the store of the configuration cannot be opened: ${describeUnknown(cause)}`))
  }
}
