import type { Fault } from '../Fault.ts'

/**
 * Makes the clock of a worker jump, forwards or back, by seconds or by days: ids get out of order, deadlines pass at
 * once or not at all.
 *
 * @category faults
 * @since 0.1.0
 */
export const jumpedClock: Fault = {
  kind: 'clock jumped',
  share: 2,
  inject: async ({ random, workers }) => {
    const worker = random.pick(workers)
    const size = random.pick([1_000, 60_000, 3_600_000, 86_400_000]) ?? 0
    worker?.send({ command: 'jump', milliseconds: random.int(-10, 10) * size })
    return worker !== undefined
  },
}
