import { describeError } from '@foldlog/core'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import type { Cluster } from './Cluster.ts'
import { check } from './check/Checker.ts'
import { collectEvidence } from './collectEvidence.ts'
import type { FaultContext, Server } from './Fault.ts'
import type { FaultSpan } from './FaultSpan.ts'
import { allFaults, failoverFaults, rewindFaults, workerFaults } from './faults/allFaults.ts'
import { countingProjection } from './handlers/countingProjection.ts'
import { paymentProcess } from './handlers/paymentProcess.ts'
import { makeRewinder } from './handlers/Rewinder.ts'
import { notesTable, recordingHandler } from './handlers/recordingHandler.ts'
import { startTransfers } from './handlers/startTransfers.ts'
import { watchPartitions } from './handlers/watchPartitions.ts'
import { injectFaults } from './injectFaults.ts'
import type { Network } from './Network.ts'
import { type PlantName, plants } from './plants.ts'
import { Random } from './Random.ts'
import { Report } from './Report.ts'
import type { RunningRound } from './RunningRound.ts'
import type { Settings } from './Settings.ts'
import { pause } from './timers.ts'
import { Worker } from './Worker.ts'
import { Workspace } from './Workspace.ts'
import { PathCounter } from './worker/PathCounter.ts'
import { workerSpecs } from './workerSpecs.ts'

const faultsOf = { all: allFaults, workers: workerFaults, failovers: failoverFaults, rewinds: rewindFaults } as const

/**
 * The input of one round. `seconds`: how long faults strike. No fault strikes after `interrupted` has aborted.
 *
 * @category model
 * @since 0.1.0
 */
export interface Round {
  readonly number: number
  readonly settings: Settings
  readonly server: Server
  readonly cluster?: Cluster | undefined
  readonly sql: postgres.Sql
  readonly network: Network
  readonly seconds: number
  readonly interrupted: AbortSignal
}

/** Creates the schema of a round. */
const createSchema = async (sql: postgres.Sql, schema: string, plant: PlantName | undefined): Promise<void> => {
  const migrated = await migrate({ sql, schema })()
  if (E.isLeft(migrated)) throw new Error(describeError(migrated.left))
  await sql.unsafe(notesTable(schema))
  if (plant !== undefined) await plants[plant](sql, schema)
  // A server that is not durable could lose the tables.
  await sql`checkpoint`
}

/** Starts the workers of a round, and everything beside them. */
const start = async ({ number, settings, server, cluster, sql, network }: Round): Promise<RunningRound> => {
  const schema = `torture_${number}`
  const workspace = await Workspace.make()
  await createSchema(sql, schema, settings.plant)
  const specs = workerSpecs(settings)
  const configOf = (name: string) => ({
    url: network.url,
    schema,
    file: workspace.file(name),
    seed: settings.seed + number,
  })
  const { partitions, lease, seed } = settings
  const handling = settings.handlers > 0
  const store = makePostgresStore({ sql, schema })
  const handlers = [
    countingProjection(partitions),
    recordingHandler({ sql, schema, partitions, timeout: lease, unfenced: undefined }),
    paymentProcess(partitions),
  ]
  return {
    settings,
    sql,
    store,
    schema,
    workspace,
    specs,
    // A handler that is stopped is idle until it is recovered.
    watch: handling && settings.faults !== 'rewinds' ? watchPartitions(server.url, schema) : undefined,
    stopTransfers: handling ? startTransfers(store, Random.from(seed, `transfers ${number}`)) : undefined,
    rewinder:
      cluster === undefined || settings.faults !== 'rewinds'
        ? undefined
        : makeRewinder({ cluster, sql, store, schema, handlers }),
    workers: specs.map((spec) => Worker.start({ ...spec, ...configOf(spec.name) })),
  }
}

/**
 * Injects faults into a round until its time is over. Returns them, the kinds that could strike, and the seconds that
 * this took.
 */
const strike = async (
  { number, settings, server, cluster, sql, network, seconds, interrupted }: Round,
  { schema, specs, workers, rewinder }: RunningRound,
): Promise<{
  readonly kinds: ReadonlyArray<string>
  readonly faults: ReadonlyArray<FaultSpan>
  readonly lasted: number
}> => {
  const began = performance.now()
  const over = (): boolean => interrupted.aborted || performance.now() - began > seconds * 1_000
  const hold = async (milliseconds: number): Promise<void> => {
    for (const end = performance.now() + milliseconds; performance.now() < end && !over(); )
      await pause(Math.min(50, end - performance.now()))
  }
  const random = Random.from(settings.seed, `faults ${number}`)
  const { lease: leaseTime } = settings
  const context: FaultContext = { random, server, schema, sql, network, workers, leaseTime, hold, cluster, rewinder }
  const possible = faultsOf[settings.faults].filter(
    ({ role }) => role === undefined || specs.some((spec) => spec.role === role),
  )
  const faults = await injectFaults(context, possible, over)
  const kinds = possible.map(({ kind }) => kind)
  return { kinds, faults, lasted: Math.round((performance.now() - began) / 1_000) }
}

/** Ends everything that a round has started. */
const end = async ({ stopTransfers, watch, store, workers, workspace, sql, schema }: RunningRound): Promise<void> => {
  await stopTransfers?.()
  await watch?.stop()
  await store.stop()
  await Promise.all(workers.map((worker) => worker.terminate()))
  await workspace.remove()
  await sql.unsafe(`drop schema "${schema}" cascade`).catch(() => {})
}

/**
 * Runs one round in a schema of its own: writers and readers at work, faults, quiescence, and the comparison of all
 * reported outcomes with the stored data. Rejects when a step fails.
 *
 * @category constructors
 * @since 0.1.0
 */
const run = async (round: Round): Promise<Report> => {
  const running = await start(round)
  try {
    await Promise.all(running.workers.map(({ ready }) => ready))
    const { kinds, faults, lasted } = await strike(round, running)
    const { evidence, unfinished } = await collectEvidence(running, faults)
    return {
      seed: round.settings.seed,
      seconds: lasted,
      findings: check(evidence),
      faults: Report.countFaults(kinds, faults),
      paths: running.workers.reduce((sum, worker) => PathCounter.concat(sum, worker.paths()), {}),
      crashed: running.workers.flatMap((worker) => worker.crashes()),
      unfinished,
    }
  } finally {
    await end(running)
  }
}

/**
 * Functions on {@link Round}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Round = { run } as const
