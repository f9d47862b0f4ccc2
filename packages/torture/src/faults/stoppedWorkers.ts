import type { Fault } from '../Fault.ts'
import { leaseTime } from '../handling/leaseTime.ts'

/** In milliseconds, at most. */
const longest = { writers: 4_000, reader: 4_000, handlers: 2 * leaseTime } as const

/**
 * SIGSTOP of writers, of readers and of handlers, SIGCONT seconds later: transactions stay open and locks are held, leases run out meanwhile.
 *
 * @category faults
 * @since 0.1.0
 */
export const stoppedWorkers: ReadonlyArray<Fault> = (['writers', 'reader', 'handlers'] as const).map((role) => ({
  kind: `${role} stopped`,
  role,
  share: 1,
  strike: async ({ random, workers, hold }) => {
    const worker = random.pick(workers.filter((worker) => worker.role === role))
    const goOn = worker?.stop()
    await hold(random.int(100, longest[role]))
    goOn?.()
    return worker !== undefined
  },
}))
