import type { Fault } from '../Fault.ts'

/**
 * SIGKILL of writers and of readers. The successor settles what is open in the journal, or reads on from the checkpoint.
 *
 * @category faults
 * @since 0.1.0
 */
export const killedWorkers: ReadonlyArray<Fault> = (['writers', 'reader'] as const).map((role) => ({
  kind: `${role} killed`,
  share: 1,
  strike: async ({ random, workers }) => {
    const worker = random.pick(workers.filter((worker) => worker.role === role))
    worker?.kill()
    return worker !== undefined
  },
}))
