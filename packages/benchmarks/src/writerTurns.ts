import type { Turn } from './Candidate.ts'
import { closedLoop, type LoopResult } from './closedLoop.ts'
import type { Sample } from './Sample.ts'

/**
 * The functions that a writer needs for its turns: a call that stores a number of rows, and one that counts the stored
 * rows.
 *
 * @category model
 * @since 0.1.0
 */
export interface WriterSpec {
  readonly inFlight: number
  readonly rowsPerCall: number
  readonly call: (lane: number) => Promise<unknown>
  readonly rows: () => Promise<number>
}

/**
 * Makes a turn from a function that writes; afterwards it counts the rows in the table. Units are rows.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withRowCheck = async (
  rows: () => Promise<number>,
  rowsPerCall: number,
  work: () => Promise<LoopResult>,
): Promise<Sample> => {
  const before = await rows()
  const { calls, milliseconds, latencies } = await work()
  const expected = calls * rowsPerCall
  return { units: expected, milliseconds, latencies, check: { expected, found: (await rows()) - before } }
}

/**
 * The turns of a writer in this process.
 *
 * @category constructors
 * @since 0.1.0
 */
export const writerTurn =
  ({ inFlight, rowsPerCall, call, rows }: WriterSpec) =>
  ({ milliseconds }: Turn): Promise<Sample> =>
    withRowCheck(rows, rowsPerCall, () => closedLoop(inFlight, milliseconds, call))
