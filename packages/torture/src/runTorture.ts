import { describeUnknown } from '@foldlog/core'
import { EmbeddedPostgres, type EmbeddedPostgresError } from '@foldlog/postgres-embedded'
import { either as E, taskEither as TE } from 'fp-ts'
import postgres from 'postgres'
import { Cluster } from './Cluster.ts'
import { Network } from './Network.ts'
import { Random } from './Random.ts'
import { Report } from './Report.ts'
import { Round } from './Round.ts'
import type { FaultChoice, Settings } from './Settings.ts'

/**
 * The run could not be completed, for a reason that says nothing about the store.
 *
 * @category errors
 * @since 0.1.0
 */
export interface RoundFailed {
  readonly _tag: 'RoundFailed'
  readonly message: string
}

const roundFailed = (cause: unknown): RoundFailed => ({
  _tag: 'RoundFailed',
  message: `The round could not be finished: ${describeUnknown(cause)}`,
})

/**
 * The length of a round in seconds; then it is checked and dropped. That bounds the memory of the checker and the disk
 * space, however long torture lasts.
 */
const roundSeconds = 120

/**
 * Few connections, so that a fault can take all of them; enough for four processes of writers and their transactions.
 */
const connections = 80

/** Only commits write to the disk, so that a crash loses all that it may lose. */
const lazyWal = ['wal_writer_delay=10s', 'wal_writer_flush_after=1GB']

const serverSettings = ({ nonDurable }: Settings): ReadonlyArray<string> => {
  const settings = [`max_connections=${connections}`, 'log_min_messages=fatal', ...lazyWal]
  return [...settings, ...(nonDurable ? ['synchronous_commit=off'] : [])]
}

/** Without handlers few losses could stay undetected. */
const minHandlers = 2

/** The servers of a round. */
interface RoundEnvironment extends Pick<Round, 'server' | 'cluster' | 'sql' | 'network'> {
  readonly close: () => Promise<void>
}

const clientOf = (url: string): postgres.Sql =>
  postgres(url, { max: 2, fetch_types: false, onnotice: () => {}, backoff: () => 0.1 })

const openEnvironment = async (
  settings: Settings,
  server: RoundEnvironment['server'],
  stop: () => Promise<unknown>,
  cluster?: Cluster,
): Promise<RoundEnvironment> => {
  const sql = clientOf(server.url)
  try {
    const network = await Network.open(server.url, Random.from(settings.seed, 'network'))
    const close = async (): Promise<void> => {
      await network.close()
      await sql.end({ timeout: 1 })
      await stop()
    }
    return { server, cluster, sql, network, close }
  } catch (cause) {
    await sql.end({ timeout: 1 })
    await stop()
    throw cause
  }
}

/** One server, which crashes and is restarted. */
const oneServer = async (settings: Settings): Promise<E.Either<EmbeddedPostgresError, RoundEnvironment>> => {
  const started = await EmbeddedPostgres.temporary({
    durable: true,
    postgresFlags: serverSettings(settings).flatMap((flag) => ['-c', flag]),
  })()
  return E.isLeft(started)
    ? started
    : E.right(await openEnvironment(settings, started.right, () => started.right.stop()()))
}

/** Servers that fail over. No fault of such a round restarts a single server. */
const severalServers = async (settings: Settings, kind: 'failovers' | 'rewinds'): Promise<RoundEnvironment> => {
  const cluster = await Cluster.start(kind, serverSettings(settings))
  const server = { url: cluster.url, restart: () => TE.right(undefined) }
  return openEnvironment(settings, server, cluster.close, cluster)
}

/** The kinds of rounds of a run, in turn. */
const roundKinds = ({ faults, naive, nonDurable, unfenced, plant }: Settings): ReadonlyArray<FaultChoice> =>
  faults === 'all' && !naive && !nonDurable && !unfenced && plant === undefined
    ? ['all', 'failovers', 'rewinds']
    : [faults]

/**
 * Runs rounds on servers of its own until the time is over or it is interrupted, and reports the completed work.
 * `onRound` receives a line for each round.
 *
 * @category constructors
 * @since 0.1.0
 */
export const runTorture =
  (
    settings: Settings,
    interrupted: AbortSignal,
    onRound: (line: string) => void,
  ): TE.TaskEither<EmbeddedPostgresError | RoundFailed, Report> =>
  async () => {
    const kinds = roundKinds(settings)
    let report = Report.begin(settings.seed)
    for (let number = 1; report.seconds < settings.seconds && !interrupted.aborted; number++) {
      const seconds = Math.min(roundSeconds, settings.seconds - report.seconds)
      const faults = kinds[(number - 1) % kinds.length] ?? settings.faults
      const isOfServers = faults === 'failovers' || faults === 'rewinds'
      const handlers = isOfServers ? Math.max(settings.handlers, minHandlers) : settings.handlers
      let environment: RoundEnvironment | undefined
      try {
        const opened = isOfServers ? E.right(await severalServers(settings, faults)) : await oneServer(settings)
        if (E.isLeft(opened)) return opened
        environment = opened.right
        const round = { number, settings: { ...settings, faults, handlers }, ...environment, seconds, interrupted }
        const done = await Round.run(round)
        report = Report.add(report, done)
        const taken = Object.entries(done.paths).map(([path, times]) => `${path} ${times}`)
        onRound(`round ${number}, paths: ${taken.join(', ')}`)
      } catch (cause) {
        return E.left(roundFailed(cause))
      } finally {
        await environment?.close()
      }
      const { findings, faults: counts } = report
      const struck = Object.values(counts).reduce((sum, number) => sum + number, 0)
      onRound(
        `${report.seconds} s: ${struck} faults, ${findings.events} events ${Report.isClean(report) ? 'correct' : 'with defects'}`,
      )
    }
    return E.right(report)
  }
