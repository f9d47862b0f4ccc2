import type { Turn } from './Candidate.ts'
import { now } from './now.ts'
import { openLoop } from './openLoop.ts'
import type { Sample } from './Sample.ts'

/**
 * Appends at a constant rate while a handler runs. The amount of an event is the time of the call of its append, so
 * that the handler can compute its delay: it must call `handled` with that amount.
 *
 * @category model
 * @since 0.1.0
 */
export interface LatencyMeter {
  readonly handled: (amount: number) => void
  readonly turn: (turn: Turn) => Promise<Sample>
}

/**
 * Makes a meter of `perSecond` events a second. After the last append it waits for unhandled events, at most `timeout`
 * milliseconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeLatencyMeter = (
  perSecond: number,
  timeout: number,
  append: (stream: string, amount: number) => Promise<unknown>,
): LatencyMeter => {
  let latencies: Array<number> = []
  return {
    handled: (amount) => {
      latencies.push(now() - amount)
    },
    turn: async ({ number, milliseconds }) => {
      latencies = []
      const begun = performance.now()
      const expected = await openLoop(perSecond, milliseconds, (i) => append(`flow.${number}.${i}`, now()))
      const elapsed = performance.now() - begun
      const end = performance.now() + timeout
      while (latencies.length < expected && performance.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 5))
      return { units: expected, milliseconds: elapsed, latencies, check: { expected, found: latencies.length } }
    },
  }
}
