import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { fillStore } from '../candidates/fillStore.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { Machine } from '../Machine.ts'
import { Report } from '../Report.ts'
import { runWorkload } from '../runWorkload.ts'
import { Server } from '../Server.ts'
import { type Log, onLogs, streamLength } from './logs.ts'
import type { ScaleReport, Stage } from './ScaleReport.ts'
import { Sizes } from './Sizes.ts'

/**
 * The options of a growing log: its final number of events, and the seconds for each figure at each stage.
 *
 * @category model
 * @since 0.1.0
 */
export interface ScaleSettings {
  readonly events: number
  readonly seconds: number
  readonly rounds: number
  readonly database: string | undefined
}

/** The first stage is as long as the small log. */
const smallFor = (events: number): number => Math.min(200_000, Math.ceil(events / 10))

const stagesFor = (events: number): ReadonlyArray<number> => [smallFor(events), events / 10, (events * 3) / 10, events]

const connections = 10

/** Fills the log up to a number of events. The events of the measurements count. */
const grow = async (foldlog: Foldlog, streams: number, events: number): Promise<number> => {
  const missing = Math.max(0, events - (await Foldlog.rows(foldlog)))
  const more = Math.ceil(missing / streamLength)
  await fillStore.foldlog(foldlog, { streams: more, events: streamLength, first: streams })
  // Otherwise the measurement would include the work that the server has left from filling the log.
  await foldlog.sql`vacuum (analyze) foldlog.events`
  await foldlog.sql`vacuum (analyze) foldlog.streams`
  await foldlog.sql`checkpoint`
  return streams + more
}

const smallLog = async (arena: BenchmarkEnvironment, events: number): Promise<Log> => {
  const foldlog = await Foldlog.open(arena, 'small')
  const streams = await grow(foldlog, 0, events)
  await foldlog.close()
  return { name: 'small-log', url: foldlog.url, streams }
}

/**
 * Grows a log and measures it at each stage beside a new small log. `report` receives each stage. The role needs the
 * right to make a checkpoint.
 *
 * @category constructors
 * @since 0.1.0
 */
export const scale = async (settings: ScaleSettings, report: (stage: Stage) => void): Promise<ScaleReport> => {
  const { events, seconds, rounds, database } = settings
  const server = await Server.open(database)
  const arena: BenchmarkEnvironment = {
    database: (name) => server.database(`scale_${name}`),
    size: (full) => full,
    turn: (seconds * 1_000) / (2 * (rounds + 1)),
    connections,
  }
  try {
    const small = smallFor(events)
    const foldlog = await Foldlog.open(arena)
    const stages: Array<Stage> = []
    let streams = 0
    for (const target of stagesFor(events)) {
      streams = await grow(foldlog, streams, target)
      const beside = await smallLog(arena, small)
      const results = []
      const reached = await Foldlog.rows(foldlog)
      const sizes = await Sizes.read(foldlog.sql)
      for (const workload of onLogs({ name: 'foldlog', url: foldlog.url, streams }, beside, small)) {
        const turn = arena.turn * (workload.weight ?? 1)
        results.push(await runWorkload(workload, { ...arena, turn }, rounds))
      }
      const { results: json } = Report.toJson({ results })
      const stage = { events: reached, results: json, sizes }
      stages.push(stage)
      report(stage)
    }
    await foldlog.close()
    return { machine: Machine.here(), versions: Machine.versions(server.version), small, stages }
  } finally {
    await server.stop()
  }
}
