import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { DirectoryInUse, EmbeddedPostgresError, ServerFailed } from './EmbeddedPostgresError.ts'
import type { EmbeddedPostgresOptions, ServerOptions } from './EmbeddedPostgresOptions.ts'
import { Binaries } from './internal/Binaries.ts'
import { Cluster } from './internal/Cluster.ts'
import { cacheDirectory } from './internal/cache.ts'
import { createDatabase } from './internal/createDatabase.ts'
import { withLock } from './internal/lock.ts'
import { Postmaster } from './internal/Postmaster.ts'
import { checkArgument, readOptions } from './internal/readOptions.ts'
import { ServerDirectory } from './internal/ServerDirectory.ts'
import { ServerUser } from './internal/ServerUser.ts'
import { Settings } from './internal/Settings.ts'
import { safeLogger } from './internal/safeLogger.ts'
import { tryCatch } from './internal/tryCatch.ts'
import { UserFile } from './internal/UserFile.ts'
import { Watchdog } from './internal/Watchdog.ts'
import type { RunningPostgres } from './RunningPostgres.ts'

interface ServerContext {
  readonly home: ServerDirectory
  readonly user: ServerUser
  readonly binaries: Binaries
  readonly cache: () => Promise<string>
  readonly temporary: boolean
  readonly flags: ReadonlyArray<string>
  readonly options: ServerOptions
}

// Not `synchronous_commit=off`: a commit would then be acknowledged that the death of the server undoes.
const nonDurableFlags: ReadonlyArray<string> = ['fsync=off', 'full_page_writes=off'].flatMap((setting) => [
  '-c',
  setting,
])

const flagsOf = ({ durable = true, postgresFlags = [] }: ServerOptions): ReadonlyArray<string> => [
  ...(durable ? [] : nonDurableFlags),
  ...postgresFlags,
]

const inUse = (directory: string, holders: ReadonlyArray<number>): DirectoryInUse => ({
  _tag: 'DirectoryInUse',
  directory,
  holders,
  message: `Process ${holders.join(', ')} runs Postgres in ${directory} with other settings. Use the same settings to share it, another directory, or end that process.`,
})

const stopped = ({ path }: ServerDirectory): ServerFailed => ({
  _tag: 'ServerFailed',
  log: '',
  message: `Postgres in ${path} was stopped by its user and is not restarted. Start it with EmbeddedPostgres.start.`,
})

/** Under the lock: shares the server that runs here, or starts one. */
const shareOrStart = async (context: ServerContext): Promise<RunningPostgres> => {
  const { home, user, binaries, flags, options } = context
  const [last, others, running] = await Promise.all([Settings.read(home), Watchdog.users(home), Postmaster.find(home)])
  if (others.length > 0) {
    const samePort = options.port === undefined || options.port === last?.port
    if (!samePort || !Settings.sameFlags(last, flags)) throw inUse(home.requested, others.map(UserFile.pidOf))
    const watchdog = running && (await Watchdog.join(home, context.temporary))
    if (running && watchdog) return describe(context, watchdog, running)
  }
  // No living process uses the server: its user was killed together with its watchdog, or it is just stopping. Adopting
  // it would save little, and take over an unknown state.
  const logger = safeLogger(options.logger)
  if (running) logger.warn('stopping an unused Postgres', { pid: running.pid, directory: home.path })
  await Postmaster.stop(home)
  const data = ServerDirectory.data(home)
  const prepared = await Cluster.ensure(
    {
      data,
      password: ServerDirectory.password(home),
      hasRun: await Settings.exist(home),
      missing: ServerDirectory.missing(home.requested, data),
    },
    user,
    binaries,
    context.cache,
    options.durable ?? true,
  )
  if (prepared === 'password replaced')
    logger.warn('the password was gone; the superuser has a new one', { directory: home.path })
  const watchdog = await Watchdog.first(home, context.temporary)
  try {
    const port = { exactly: options.port, preferred: last?.port }
    const started = await Postmaster.start(home, user, binaries, flags, port)
    await Settings.write(home, { flags, port: started.port })
    logger.info('Postgres started', { ...started, directory: home.path })
    return await describe(context, watchdog, started)
  } catch (cause) {
    await leave(context, watchdog)
    throw cause
  }
}

/** Under the lock: the last one stops the server. */
const leave = async ({ home, options }: ServerContext, watchdog: Watchdog): Promise<boolean> => {
  const last = await Watchdog.leave(home, watchdog.userFile)
  if (last) {
    await Postmaster.stop(home)
    safeLogger(options.logger).info('Postgres stopped', { directory: home.path })
  }
  watchdog.stop()
  return last
}

const describe = async (
  context: ServerContext,
  watchdog: Watchdog,
  { pid, port }: Postmaster,
): Promise<RunningPostgres> => {
  const { home } = context
  const locked = <A>(step: () => Promise<A>): TE.TaskEither<EmbeddedPostgresError, A> =>
    tryCatch(home.path, () => withLock(ServerDirectory.lock(home), step))
  const password = await readFile(ServerDirectory.password(home), 'utf8')
  const urlOf = (database: string): string =>
    `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`
  return {
    url: urlOf('postgres'),
    port,
    directory: home.path,
    pid,
    createDatabase: (name) =>
      tryCatch(home.path, async () => {
        checkArgument('name', name)
        await createDatabase(urlOf('postgres'), name)
        return urlOf(name)
      }),
    restart: (mode = 'fast') =>
      locked(async () => {
        checkArgument('mode', mode)
        if (!(await Watchdog.users(home)).includes(watchdog.userFile)) throw stopped(home)
        await Postmaster.stop(home, mode)
        const started = await Postmaster.start(home, context.user, context.binaries, context.flags, { exactly: port })
        return describe(context, watchdog, started)
      }),
    stop: () =>
      tryCatch(home.path, async () => {
        const last = await withLock(ServerDirectory.lock(home), () => leave(context, watchdog))
        if (last && context.temporary) await rm(home.path, { recursive: true, force: true })
      }),
  }
}

const startIn = async (
  options: ServerOptions,
  temporary: boolean,
  directoryOf: (cache: () => Promise<string>) => Promise<string>,
): Promise<RunningPostgres> => {
  const user = await ServerUser.find(options.user)
  const cache = (): Promise<string> => cacheDirectory(user, options.cache)
  const binaries = await Binaries.find(user, cache)
  const home = await ServerDirectory.find(await directoryOf(cache), user, cache)
  const context: ServerContext = { home, user, binaries, cache, temporary, flags: flagsOf(options), options }
  return withLock(ServerDirectory.lock(home), () => shareOrStart(context))
}

const withOptions =
  <Options>(
    read: E.Either<EmbeddedPostgresError, Options>,
    start: (options: Options) => TE.TaskEither<EmbeddedPostgresError, RunningPostgres>,
  ): TE.TaskEither<EmbeddedPostgresError, RunningPostgres> =>
  async () =>
    E.isLeft(read) ? read : start(read.right)()

/**
 * Starts a Postgres whose data stays in a directory from run to run. Repeated starts with the same settings, in one
 * process or in several, share one server; it stops with its last user.
 *
 * @category constructors
 * @since 0.1.0
 */
const start = (options: EmbeddedPostgresOptions): TE.TaskEither<EmbeddedPostgresError, RunningPostgres> =>
  withOptions(readOptions(options, 'directory'), (read) =>
    tryCatch(read.directory, () => startIn(read, false, async () => read.directory)),
  )

/**
 * Starts an empty private Postgres, whose data is removed when it stops or this process ends.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EmbeddedPostgres } from '@foldlog/postgres-embedded'
 * import { either as E, taskEither as TE } from 'fp-ts'
 *
 * export const url = TE.Functor.map(EmbeddedPostgres.temporary({ durable: false }), (server) => server.url)
 * ```
 */
const temporary = (options: ServerOptions = {}): TE.TaskEither<EmbeddedPostgresError, RunningPostgres> =>
  withOptions(readOptions(options), (read) =>
    tryCatch(read.cache ?? 'the temporary directory', () =>
      startIn(read, true, async (cache) => {
        const directory = await mkdtemp(join(await cache(), 'temporary-'))
        await chmod(directory, 0o711)
        return directory
      }),
    ),
  )

/**
 * Real Postgres servers from npm, for demos and tests.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EmbeddedPostgres = { start, temporary } as const
