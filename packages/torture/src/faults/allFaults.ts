import type { Fault } from '../Fault.ts'
import { halfOpenConnections, tornConnection } from './brokenNetwork.ts'
import { crashedServers } from './crashedServers.ts'
import { fullDisk } from './fullDisk.ts'
import { fullServer } from './fullServer.ts'
import { jumpedClock } from './jumpedClock.ts'
import { killedBackends } from './killedBackends.ts'
import { killedWorkers } from './killedWorkers.ts'
import { failovers, rewinds } from './replacedServers.ts'
import { stoppedWorkers } from './stoppedWorkers.ts'
import { transactions } from './transactions.ts'
import { vanishedConnections } from './vanishedConnections.ts'

/**
 * The faults beside failovers. No backend is killed: while a commit waits for the standby, a kill makes the commit
 * visible although the standby does not have it.
 *
 * @category faults
 * @since 0.1.0
 */
export const failoverFaults: ReadonlyArray<Fault> = [
  ...failovers,
  ...transactions,
  ...killedWorkers,
  ...stoppedWorkers,
  tornConnection,
  jumpedClock,
]

/**
 * The faults beside a log that goes back. No worker is killed: its observations would be lost. No transaction stays
 * open: one that is committed after the restored moment, at a position before others that were committed earlier, is
 * lost undetected, which is not solved yet (see `histories.slow.test.ts` of postgres-store).
 *
 * @category faults
 * @since 0.1.0
 */
export const rewindFaults: ReadonlyArray<Fault> = [...rewinds, tornConnection]

/**
 * The faults that kill and stop workers.
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
