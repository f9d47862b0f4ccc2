import type { Fault } from '../Fault.ts'

/**
 * SIGSTOP of writers and of readers, SIGCONT up to four seconds later: transactions stay open and locks are held meanwhile.
 *
 * @category faults
 * @since 0.1.0
 */
export const stoppedWorkers: ReadonlyArray<Fault> = (['writers', 'reader'] as const).map((role) => ({
  kind: `${role} stopped`,
  share: 1,
  strike: async ({ random, workers, hold }) => {
    const worker = random.pick(workers.filter((worker) => worker.role === role))
    const goOn = worker?.stop()
    await hold(random.int(100, 4_000))
    goOn?.()
    return worker !== undefined
  },
}))
