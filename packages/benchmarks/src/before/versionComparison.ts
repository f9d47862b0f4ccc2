import { fileURLToPath } from 'node:url'
import type { Workload } from '../Workload.ts'
import { versionCandidate } from './versionCandidate.ts'

/** The checkout that this program belongs to: `packages/benchmarks/dist/esm/before`, or `src/before`, is below it. */
const thisCheckout = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../../' : '../../../../../', import.meta.url),
)

/** The accepted ratio of throughputs: two runs of one version differ by about as much. */
const minRatio = 0.97

/**
 * A workload of this version beside the same workload of an earlier version: both in processes of their own, on one
 * server, in alternating turns.
 *
 * @category combinators
 * @since 0.1.0
 */
export const versionComparison = ({ latencyLimits: _, ...workload }: Workload, before: string): Workload => ({
  ...workload,
  goals: [{ against: 'before', ratio: minRatio }],
  foldlog: versionCandidate('foldlog', thisCheckout, workload.name),
  others: [versionCandidate('before', before, workload.name)],
})
