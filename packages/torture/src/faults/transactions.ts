import type { Fault } from '../Fault.ts'

/**
 * A transaction of a caller that appends and then stays open for seconds: it locks its streams, and readers of the log
 * must wait for it. One is committed, the other rolled back.
 *
 * @category faults
 * @since 0.1.0
 */
export const transactions: ReadonlyArray<Fault> = [false, true].map((undo) => ({
  kind: `slow transaction ${undo ? 'rolled back' : 'committed'}`,
  share: 2,
  inject: async ({ random, workers, hold }) => {
    const worker = random.pick(workers.filter(({ role }) => role === 'writers'))
    const holdMs = random.int(200, 4_000)
    worker?.send({ command: 'transaction', holdMs, undo })
    await hold(holdMs)
    return worker !== undefined
  },
}))
