import type { Fault } from '../Fault.ts'
import { halfOpenConnections, tornConnection } from './brokenNetwork.ts'
import { crashedServers } from './crashedServers.ts'
import { fullDisk } from './fullDisk.ts'
import { fullServer } from './fullServer.ts'
import { jumpedClock } from './jumpedClock.ts'
import { killedBackends } from './killedBackends.ts'
import { killedWorkers } from './killedWorkers.ts'
import { stoppedWorkers } from './stoppedWorkers.ts'
import { transactions } from './transactions.ts'
import { vanishedConnections } from './vanishedConnections.ts'

/**
 * Workers that are killed and stopped.
 *
 * @category faults
 * @since 0.1.0
 */
export const workerFaults: ReadonlyArray<Fault> = [...killedWorkers, ...stoppedWorkers]

/**
 * Every kind of fault.
 *
 * @category faults
 * @since 0.1.0
 */
export const allFaults: ReadonlyArray<Fault> = [
  ...killedBackends,
  ...transactions,
  ...killedWorkers,
  ...stoppedWorkers,
  tornConnection,
  ...halfOpenConnections,
  jumpedClock,
  fullServer,
  vanishedConnections,
  fullDisk,
  ...crashedServers,
]
