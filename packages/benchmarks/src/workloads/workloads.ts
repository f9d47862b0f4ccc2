import type { Workload } from '../Workload.ts'
import { appends } from './append.ts'

/**
 * Everything that is measured, in this order.
 *
 * @category workloads
 * @since 0.1.0
 */
export const workloads: ReadonlyArray<Workload> = [...appends]
