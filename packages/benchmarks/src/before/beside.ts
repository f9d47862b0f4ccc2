import { fileURLToPath } from 'node:url'
import type { Workload } from '../Workload.ts'
import { version } from './version.ts'

/** The checkout that this program belongs to: `packages/benchmarks/dist/esm/before`, or `src/before`, is below it. */
const here = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../../' : '../../../../../', import.meta.url),
)

/** A change may cost this share of the throughput, which is about what two runs of one version differ by. */
const least = 0.97

/**
 * A workload of this version beside the same workload of an earlier version: both in processes of their own, on one
 * server, turn by turn.
 *
 * @category combinators
 * @since 0.1.0
 */
export const beside = ({ most: _, ...workload }: Workload, before: string): Workload => ({
  ...workload,
  goals: [{ against: 'before', ratio: least }],
  foldlog: version('foldlog', here, workload.name),
  contestants: [version('before', before, workload.name)],
})
