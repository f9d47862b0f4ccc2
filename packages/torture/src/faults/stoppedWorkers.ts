import type { Fault } from '../Fault.ts'

/**
 * SIGSTOP of writers, of readers and of handlers, SIGCONT up to four seconds later: transactions stay open and locks are held, leases run out
 * meanwhile.
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
    await hold(random.int(100, 4_000))
    goOn?.()
    return worker !== undefined
  },
}))
