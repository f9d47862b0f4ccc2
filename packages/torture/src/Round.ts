import { describeError } from '@foldlog/core'
import { migrate, postgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import type { Cluster } from './Cluster.ts'
import { check } from './check/Checker.ts'
import type { Server } from './Fault.ts'
import type { FaultSpan } from './FaultSpan.ts'
import { allFaults, failoverFaults, rewindFaults, workerFaults } from './faults/allFaults.ts'
import { crashedServers } from './faults/crashedServers.ts'
import { failovers } from './faults/replacedServers.ts'
import { awaitQuiescence } from './handlers/awaitQuiescence.ts'
import { countingProjection } from './handlers/countingProjection.ts'
import { paymentProcess } from './handlers/paymentProcess.ts'
import { makeRewinder, stoppedByRewind } from './handlers/Rewinder.ts'
import { readHandlerEvidence } from './handlers/readHandlerEvidence.ts'
import { notesTable, recordingHandler } from './handlers/recordingHandler.ts'
import { startTransfers } from './handlers/startTransfers.ts'
import { watchPartitions } from './handlers/watchPartitions.ts'
import { injectFaults } from './injectFaults.ts'
import type { JournalRecord } from './Journal.ts'
import { JsonLines } from './JsonLines.ts'
import type { Network } from './Network.ts'
import type { Observations, ReadPage } from './Observations.ts'
import { Random } from './Random.ts'
import { Report } from './Report.ts'
import { readStoredEvents } from './readStoredEvents.ts'
import type { Settings } from './Settings.ts'
import { pause, withTimeout } from './timers.ts'
import { Worker } from './Worker.ts'
import { Workspace } from './Workspace.ts'
import { logSource } from './worker/logSource.ts'
import { pageOf } from './worker/pageOf.ts'
import { workerSpecs } from './workerSpecs.ts'

/** Kinds of faults after which the server restarts. */
const crashes = new Set([...crashedServers, ...failovers].map(({ kind }) => kind))

const faultsOf = { all: allFaults, workers: workerFaults, failovers: failoverFaults, rewinds: rewindFaults } as const

/**
 * The input of one round. `until`: no fault strikes after this time of `performance.now`, in milliseconds; `over`: nor
 * after this is true.
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

/**
 * Time to finish after the faults, in milliseconds; a worker that takes longer hangs. Far more than needed, for busy
 * machines.
 */
const finishTimeout = 180_000

/** Names of the workers that do not finish. */
const finish = async (workers: ReadonlyArray<Worker>, position: number): Promise<ReadonlyArray<string>> => {
  const running = new Set(workers)
  const all = Promise.all(workers.map((worker) => worker.finish(position).then(() => running.delete(worker))))
  await withTimeout(finishTimeout, all).catch(() => {})
  await Promise.all([...running].map((worker) => worker.terminate()))
  return [...running].map(({ name }) => `${name} did not finish within ${finishTimeout / 1_000} s`)
}

/**
 * Requests that were sent and abandoned may still be in flight to the server, or wait for a lock there. The state is
 * final only when these backends have ended.
 */
const backendsGone = async (sql: postgres.Sql): Promise<void> => {
  for (;;) {
    const rows = await sql`select 1 from pg_stat_activity where application_name = 'foldlog torture writers' limit 1`
    if (rows.length === 0) return
    await pause(20)
  }
}

/** The log as the store returns it to a reader that starts after all writes. */
const readByStore = async (sql: postgres.Sql, schema: string): Promise<Observations> => {
  const store = postgresStore({ sql, schema })
  const source = logSource(store, { of: 'log' }, [])
  const pages: Array<ReadPage> = []
  for (;;) {
    const read = await source.next(1_000)
    if (read === undefined || 'rewound' in read || read.events.length === 0) break
    pages.push(pageOf(read))
  }
  await store.stop()
  return { reader: 'the store, read in full at the end', scope: { of: 'log' }, pages }
}

/**
 * Runs one round in a schema of its own: writers and readers at work, faults, quiescence, and the comparison of all
 * reported outcomes with the stored data. Rejects when a step fails.
 *
 * @category constructors
 * @since 0.1.0
 */
const run = async ({
  number,
  settings,
  server,
  cluster,
  sql,
  network,
  seconds,
  interrupted,
}: Round): Promise<Report> => {
  const schema = `torture_${number}`
  const workspace = await Workspace.make()
  const random = Random.from(settings.seed, `faults ${number}`)
  const migrated = await migrate({ sql, schema })()
  if (E.isLeft(migrated)) throw new Error(describeError(migrated.left))
  await sql.unsafe(notesTable(schema))
  // A server that is not durable could lose the tables.
  await sql`checkpoint`

  const specs = workerSpecs(settings)
  const configOf = (name: string) => ({
    url: network.url,
    schema,
    file: workspace.file(name),
    seed: settings.seed + number,
  })
  const handling = settings.handlers > 0
  const store = postgresStore({ sql, schema })
  // A handler that is stopped is idle until it is recovered.
  const watch = handling && settings.faults !== 'rewinds' ? watchPartitions(server.url, schema) : undefined
  const stopTransfers = handling ? startTransfers(store, Random.from(settings.seed, `transfers ${number}`)) : undefined
  const { partitions, lease } = settings
  const handlers = [
    countingProjection(partitions),
    recordingHandler({ sql, schema, partitions, timeout: lease, unfenced: undefined }),
    paymentProcess(partitions),
  ]
  const rewinder =
    cluster === undefined || settings.faults !== 'rewinds'
      ? undefined
      : makeRewinder({ cluster, sql, store, schema, handlers })
  const workers = specs.map((post) => Worker.start({ ...post, ...configOf(post.name) }))
  try {
    await Promise.all(workers.map(({ ready }) => ready))

    const began = performance.now()
    const over = (): boolean => interrupted.aborted || performance.now() - began > seconds * 1_000
    const hold = async (milliseconds: number): Promise<void> => {
      for (const end = performance.now() + milliseconds; performance.now() < end && !over(); )
        await pause(Math.min(50, end - performance.now()))
    }
    const context = {
      random,
      server,
      schema,
      sql,
      network,
      workers,
      leaseTime: lease,
      hold,
      cluster,
      rewinding: rewinder,
    }
    const possible = faultsOf[settings.faults].filter(
      ({ role }) => role === undefined || specs.some((post) => post.role === role),
    )
    const faults: ReadonlyArray<FaultSpan> = await injectFaults(context, possible, over)
    const lasted = Math.round((performance.now() - began) / 1_000)

    const busy = await finish(
      workers.filter(({ role }) => role === 'writers'),
      0,
    )
    await backendsGone(sql)
    await stopTransfers?.()
    const stopRecovering = rewinder?.keepRecovering()
    const restless = handling ? await awaitQuiescence(store, finishTimeout) : []
    await stopRecovering?.()
    await watch?.stop()
    const status = await store.handlerStatuses()
    const alarms = E.isLeft(status) ? [] : [...stoppedByRewind(status.right)]
    const log = await readStoredEvents(sql, schema)
    const slow = await finish(
      workers.filter(({ role }) => role === 'reader'),
      log.at(-1)?.position ?? 0,
    )

    const idle = await finish(
      workers.filter(({ role }) => role === 'handlers'),
      0,
    )
    const handled = !handling
      ? undefined
      : {
          ...(await readHandlerEvidence(sql, store, schema)),
          samples: watch?.samples() ?? [],
          losses: workers.flatMap((worker) => worker.losses()),
          restarts: faults.flatMap(({ kind, to }) => (crashes.has(kind) ? [to] : [])),
          leaseTime: settings.lease,
        }

    const journals = specs
      .filter(({ role }) => role === 'writers')
      .map(({ name }) => JsonLines.read<JournalRecord>(workspace.file(name)))
    const readers = specs.flatMap((post) =>
      post.role === 'reader'
        ? [{ reader: post.name, scope: post.scope, pages: JsonLines.read<ReadPage>(workspace.file(post.name)) }]
        : [],
    )
    const rewinds = rewinder?.rewinds() ?? []
    const late = await readByStore(sql, schema)
    const findings = check({ log, journals, readers: [...readers, late], faults, handlers: handled, rewinds, alarms })
    return {
      seed: settings.seed,
      seconds: lasted,
      findings,
      faults: Report.countFaults(faults),
      crashed: workers.flatMap((worker) => worker.crashes()),
      unfinished: [...busy, ...restless, ...slow, ...idle, ...(rewinder?.failures() ?? [])],
    }
  } finally {
    await stopTransfers?.()
    await watch?.stop()
    await store.stop()
    await Promise.all(workers.map((worker) => worker.terminate()))
    await workspace.remove()
    await sql.unsafe(`drop schema "${schema}" cascade`).catch(() => {})
  }
}

/**
 * Functions on {@link Round}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Round = { run } as const
