import type { Fault } from '../Fault.ts'

/**
 * SIGKILL of writers, of readers and of handlers. The successor settles the open appends of the journal, or continues
 * from the checkpoint; other handlers do the same.
 *
 * @category faults
 * @since 0.1.0
 */
export const killedWorkers: ReadonlyArray<Fault> = (['writers', 'reader', 'handlers'] as const).map((role) => ({
  kind: `${role} killed`,
  role,
  share: 1,
  inject: async ({ random, workers }) => {
    const worker = random.pick(workers.filter((worker) => worker.role === role))
    worker?.kill()
    return worker !== undefined
  },
}))
