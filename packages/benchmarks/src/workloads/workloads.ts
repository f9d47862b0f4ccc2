import type { Workload } from '../Workload.ts'
import { appends } from './append.ts'
import { catchUp } from './catchUp.ts'
import { commands } from './command.ts'
import { hotCommands } from './commandHot.ts'
import { longCommands } from './commandLong.ts'
import { conditional } from './conditional.ts'
import { handlers } from './handlers.ts'
import { importing } from './importing.ts'
import { latency } from './latency.ts'
import { load } from './load.ts'
import { memory } from './memory.ts'
import { projection } from './projection.ts'
import { writing } from './writers.ts'

/**
 * All workloads, in the order of a run.
 *
 * @category workloads
 * @since 0.1.0
 */
export const workloads: ReadonlyArray<Workload> = [
  ...appends,
  ...conditional,
  ...commands,
  ...longCommands,
  hotCommands,
  importing,
  load,
  catchUp,
  projection,
  latency,
  ...handlers,
  writing,
  ...memory,
]
