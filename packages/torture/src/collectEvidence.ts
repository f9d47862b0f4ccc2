import { makePostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import type { Evidence } from './check/Checker.ts'
import type { HandlerEvidence } from './check/HandlerEvidence.ts'
import type { FaultSpan } from './FaultSpan.ts'
import { crashedServers } from './faults/crashedServers.ts'
import { failovers } from './faults/replacedServers.ts'
import { awaitQuiescence } from './handlers/awaitQuiescence.ts'
import { stoppedByRewind } from './handlers/Rewinder.ts'
import { readHandlerEvidence } from './handlers/readHandlerEvidence.ts'
import type { JournalRecord } from './Journal.ts'
import { JsonLines } from './JsonLines.ts'
import type { Observations, ReadPage } from './Observations.ts'
import type { RunningRound } from './RunningRound.ts'
import { readStoredEvents } from './readStoredEvents.ts'
import { pause, withTimeout } from './timers.ts'
import type { Worker } from './Worker.ts'
import { logSource } from './worker/logSource.ts'
import { pageOf } from './worker/pageOf.ts'

/** Kinds of faults after which the server restarts. */
const crashes = new Set([...crashedServers, ...failovers].map(({ kind }) => kind))

/**
 * Time to finish after the faults, in milliseconds; a worker that takes longer hangs. Far more than needed, for busy
 * machines.
 */
const finishTimeout = 180_000

/** With a planted fault handlers may never finish, and the run must find only the fault. */
const plantedTimeout = 5_000

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
  const store = makePostgresStore({ sql, schema })
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

const withRole = ({ workers }: RunningRound, wanted: Worker['role']): ReadonlyArray<Worker> =>
  workers.filter(({ role }) => role === wanted)

const handlerEvidence = async (
  { settings, sql, store, schema, watch, workers }: RunningRound,
  faults: ReadonlyArray<FaultSpan>,
): Promise<HandlerEvidence> => ({
  ...(await readHandlerEvidence(sql, store, schema)),
  samples: watch?.samples() ?? [],
  losses: workers.flatMap((worker) => worker.losses()),
  restarts: faults.flatMap(({ kind, to }) => (crashes.has(kind) ? [to] : [])),
  leaseTime: settings.lease,
})

/**
 * Lets a round finish after its faults, and collects its evidence. Writers end first, then handlers become quiescent,
 * then readers read to the end of the log. `unfinished` are the workers and handlers that do not finish in time.
 *
 * @category destructors
 * @since 0.1.0
 */
export const collectEvidence = async (
  round: RunningRound,
  faults: ReadonlyArray<FaultSpan>,
): Promise<{ readonly evidence: Evidence; readonly unfinished: ReadonlyArray<string> }> => {
  const { settings, sql, store, schema, workspace, specs, watch, rewinder, stopTransfers } = round
  const handling = settings.handlers > 0
  const busy = await finish(withRole(round, 'writers'), 0)
  await backendsGone(sql)
  await stopTransfers?.()
  const stopRecovering = rewinder?.keepRecovering()
  const restless = handling
    ? await awaitQuiescence(store, settings.plant === undefined ? finishTimeout : plantedTimeout)
    : []
  await stopRecovering?.()
  await watch?.stop()
  const status = await store.handlerStatuses()
  const alarms = E.isLeft(status) ? [] : [...stoppedByRewind(status.right)]
  const log = await readStoredEvents(sql, schema)
  const slow = await finish(withRole(round, 'reader'), log.at(-1)?.position ?? 0)
  const idle = await finish(withRole(round, 'handlers'), 0)
  const handlers = handling ? await handlerEvidence(round, faults) : undefined
  const journals = specs
    .filter(({ role }) => role === 'writers')
    .map(({ name }) => JsonLines.read<JournalRecord>(workspace.file(name)))
  const readers = specs.flatMap((spec) =>
    spec.role === 'reader'
      ? [{ reader: spec.name, scope: spec.scope, pages: JsonLines.read<ReadPage>(workspace.file(spec.name)) }]
      : [],
  )
  const rewinds = rewinder?.rewinds() ?? []
  const late = await readByStore(sql, schema)
  return {
    evidence: { log, journals, readers: [...readers, late], faults, handlers, rewinds, alarms },
    unfinished: [...busy, ...restless, ...slow, ...idle, ...(rewinder?.failures() ?? [])],
  }
}
