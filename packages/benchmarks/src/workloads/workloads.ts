import type { Workload } from '../Workload.ts'
import { appends } from './append.ts'
import { commands } from './command.ts'
import { hotCommands } from './commandHot.ts'
import { longCommands } from './commandLong.ts'
import { load } from './load.ts'

/**
 * Everything that is measured, in this order.
 *
 * @category workloads
 * @since 0.1.0
 */
export const workloads: ReadonlyArray<Workload> = [...appends, ...commands, ...longCommands, hotCommands, load]
