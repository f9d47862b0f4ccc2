import { EmbeddedPostgres, type EmbeddedPostgresError } from '@foldlog/postgres-embedded'
import { either as E, type taskEither as TE } from 'fp-ts'
import postgres from 'postgres'
import { Network } from './Network.ts'
import { Random } from './Random.ts'
import { Report } from './Report.ts'
import { Round } from './Round.ts'
import type { Settings } from './Settings.ts'

/**
 * Torture could not be carried on, which says nothing about the store.
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
  message: `The round could not be finished: ${typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause}`,
})

/** A round ends after so many seconds, is checked and thrown away: that bounds the memory of the checker and the disk, however long torture lasts. */
const roundSeconds = 120

/** Few, so that they can all be taken; enough for four processes of writers with their transactions. */
const connections = 80

/** Nothing comes to the disk by itself, only by commits: so a crash takes what it may take. */
const lazy = ['wal_writer_delay=10s', 'wal_writer_flush_after=1GB']

const flagsOf = ({ forgetful }: Settings): ReadonlyArray<string> => {
  const settings = [`max_connections=${connections}`, 'log_min_messages=fatal', ...lazy]
  return [...settings, ...(forgetful ? ['synchronous_commit=off'] : [])].flatMap((setting) => ['-c', setting])
}

/**
 * Runs rounds on a server of its own until the time is over or it is interrupted; then what there is by then is reported. `tell` hears of each round.
 *
 * @category constructors
 * @since 0.1.0
 */
export const conduct =
  (
    settings: Settings,
    interrupted: AbortSignal,
    tell: (line: string) => void,
  ): TE.TaskEither<EmbeddedPostgresError | RoundFailed, Report> =>
  async () => {
    const started = await EmbeddedPostgres.temporary({
      durable: true,
      postgresFlags: flagsOf(settings),
    })()
    if (E.isLeft(started)) return started
    const server = started.right
    const sql = postgres(server.url, { max: 2, fetch_types: false, onnotice: () => {}, backoff: () => 0.1 })
    let network: Network | undefined
    try {
      network = await Network.open(server.url, Random.from(settings.seed, 'network'))
      let report = Report.begin(settings.seed)
      for (let number = 1; report.seconds < settings.seconds && !interrupted.aborted; number++) {
        const seconds = Math.min(roundSeconds, settings.seconds - report.seconds)
        report = Report.add(report, await Round.run({ number, settings, server, sql, network, seconds, interrupted }))
        const { findings, faults } = report
        const struck = Object.values(faults).reduce((sum, number) => sum + number, 0)
        tell(
          `${report.seconds} s: ${struck} faults, ${findings.events} events ${Report.isClean(report) ? 'as they should be' : 'with defects'}`,
        )
      }
      return E.right(report)
    } catch (cause) {
      return E.left(roundFailed(cause))
    } finally {
      await network?.close()
      await sql.end({ timeout: 1 })
      await server.stop()()
    }
  }
