import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate, Turn } from '../Candidate.ts'
import type { ActRequest, ActResponse, ActTask } from '../processes/actProcess.ts'
import { startChild } from '../processes/child.ts'
import type { Sample } from '../Sample.ts'
import { withRowCheck } from '../writerTurns.ts'
import type { StoreContent } from './fillStore.ts'

/** What `@rotorsoft/act` does in a turn: its calls, the number in flight, and the rows that each call stores. */
interface ActWork {
  readonly task: ActTask
  readonly inFlight: number
  readonly rowsPerCall: number
  /** The events before the first turn; none when absent. */
  readonly contentIn?: (environment: BenchmarkEnvironment) => StoreContent
  readonly snapshots?: boolean
}

/** The library reads the `package.json` of the working directory, which must have a version. */
const ownPackage = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url))

/**
 * `@rotorsoft/act` on `@rotorsoft/act-pg`, with a database and a process of its own. The library sets how `pg` reads
 * `jsonb` in the whole process, which would make Emmett slower, and it handles signals and errors of the process. It
 * runs as in production: otherwise it logs every step.
 */
const open = async ({ database, connections }: BenchmarkEnvironment, snapshots: boolean) => {
  const url = new URL(await database('act'))
  const child = startChild<ActRequest, ActResponse>('actProcess', {
    cwd: ownPackage,
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error' },
  })
  const settings = {
    host: url.hostname,
    port: Number(url.port),
    database: url.pathname.slice(1),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    max: connections,
    snapshots,
  }
  await child.request({ of: 'open', settings })
  const sql = postgres(String(url), { max: 1, fetch_types: false, onnotice: () => {} })
  return {
    child,
    /** The number of events. Snapshots are rows of the same table. */
    rows: async (): Promise<number> => {
      const [row] = await sql<[{ count: number }]>`
        select count(*)::float8 as count from events where name <> '__snapshot__'`
      return row.count
    },
    close: async () => {
      child.close()
      await sql.end({ timeout: 5 })
    },
  }
}

const resultOf = ({ result }: ActResponse) => {
  if (result === undefined) throw new Error('the process has sent no result')
  return result
}

/**
 * A candidate that writes. The stored events are counted.
 *
 * @category constructors
 * @since 0.1.0
 */
const writer = ({ task, inFlight, rowsPerCall, contentIn, snapshots = false }: ActWork): Candidate => ({
  name: 'act',
  enter: async (environment) => {
    const { child, rows, close } = await open(environment, snapshots)
    if (contentIn !== undefined) await child.request({ of: 'fill', content: contentIn(environment) })
    const turn = ({ milliseconds }: Turn): Promise<Sample> =>
      withRowCheck(rows, rowsPerCall, async () =>
        resultOf(await child.request({ of: 'turn', task, inFlight, milliseconds })),
      )
    return { turn, close, ...(snapshots ? { note: 'a snapshot every 100 events' } : {}) }
  },
})

/**
 * A candidate that loads streams of equal length in turn. The balance of each counts its events.
 *
 * @category constructors
 * @since 0.1.0
 */
const loader = (contentIn: (environment: BenchmarkEnvironment) => StoreContent): Candidate => ({
  name: 'act',
  enter: async (environment) => {
    const content = contentIn(environment)
    const { child, close } = await open(environment, false)
    await child.request({ of: 'fill', content })
    const task = { of: 'load', streams: content.streams } as const
    const turn = async ({ milliseconds }: Turn): Promise<Sample> => {
      const answer = await child.request({ of: 'turn', task, inFlight: 1, milliseconds })
      const { calls, ...result } = resultOf(answer)
      const check = { expected: calls * content.events, found: answer.balances ?? 0 }
      return { ...result, units: calls, check }
    }
    return { turn, close }
  },
})

/**
 * The candidates of `@rotorsoft/act`.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Act = { writer, loader } as const
