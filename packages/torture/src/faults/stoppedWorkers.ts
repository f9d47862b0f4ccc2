import type { Fault } from '../Fault.ts'
import type { WorkerConfig } from '../WorkerConfig.ts'

/**
 * The maximum stop in milliseconds; handlers also stop for longer than a lease, so that other members own their
 * partitions when they continue.
 */
const longest = (role: WorkerConfig['role'], leaseTime: number): number => (role === 'handlers' ? 2 * leaseTime : 4_000)

/**
 * SIGSTOP of writers, of readers and of handlers, SIGCONT seconds later: meanwhile transactions stay open, locks are
 * held, and leases expire.
 *
 * @category faults
 * @since 0.1.0
 */
export const stoppedWorkers: ReadonlyArray<Fault> = (['writers', 'reader', 'handlers'] as const).map((role) => ({
  kind: `${role} stopped`,
  role,
  share: 1,
  inject: async ({ random, workers, leaseTime, hold }) => {
    const worker = random.pick(workers.filter((worker) => worker.role === role))
    const goOn = worker?.stop()
    await hold(random.int(100, longest(role, leaseTime)))
    goOn?.()
    return worker !== undefined
  },
}))
