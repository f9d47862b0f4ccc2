import type { BenchmarkEnvironment } from './BenchmarkEnvironment.ts'
import { versionComparison } from './before/versionComparison.ts'
import { Machine } from './Machine.ts'
import type { Report } from './Report.ts'
import type { Result } from './Result.ts'
import { runWorkload } from './runWorkload.ts'
import { Server } from './Server.ts'
import { Settings } from './Settings.ts'
import type { Workload } from './Workload.ts'
import { workloads } from './workloads/workloads.ts'

/** The default of both `pg` and `postgres`, so that no client needs the setting. */
const connections = 10

const environmentFor = (workload: Workload, settings: Settings, server: Server): BenchmarkEnvironment => ({
  database: (name) => server.database(`${workload.name}_${name}`),
  size: (full) => Math.max(1, Math.round(full * Settings.scale(settings))),
  turn: (settings.seconds * (workload.weight ?? 1) * 1_000) / ((settings.rounds + 1) * (workload.others.length + 1)),
  connections,
})

/**
 * Runs the requested workloads. `report` receives each result when it is complete, and its duration. Rejects when there
 * is no server, or no such workload.
 *
 * @category constructors
 * @since 0.1.0
 */
export const benchmark = async (
  settings: Settings,
  report: (result: Result, milliseconds: number) => void,
): Promise<Report> => {
  const asked = workloads.filter(({ name }) => Settings.wants(settings, name))
  const { before } = settings
  const wanted = before === undefined ? asked : asked.map((workload) => versionComparison(workload, before))
  if (wanted.length === 0)
    throw new Error(
      `There is no workload ${settings.only}; the workloads are ${workloads.map(({ name }) => name).join(', ')}`,
    )
  const server = await Server.open(settings.database)
  try {
    const results: Array<Result> = []
    for (const workload of wanted) {
      const begun = performance.now()
      const result = await runWorkload(workload, environmentFor(workload, settings, server), settings.rounds)
      results.push(result)
      report(result, performance.now() - begun)
    }
    const { seconds, rounds } = settings
    return { machine: Machine.here(), versions: Machine.versions(server.version), seconds, rounds, results }
  } finally {
    await server.stop()
  }
}
