import type { Sample } from './Sample.ts'

/**
 * The calls of a turn.
 *
 * @category model
 * @since 0.1.0
 */
export interface LoopResult extends Pick<Sample, 'milliseconds' | 'latencies'> {
  readonly calls: number
}

/**
 * Makes calls for a number of milliseconds in a fixed number of numbered lanes, each next call as soon as the last one
 * of its lane has ended. Each lane makes at least one. The time includes the end of the last call, so no call is left
 * out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const closedLoop = async (
  inFlight: number,
  milliseconds: number,
  call: (lane: number) => Promise<unknown>,
): Promise<LoopResult> => {
  const latencies: Array<number> = []
  const begun = performance.now()
  const lane = async (number: number): Promise<void> => {
    do {
      const sent = performance.now()
      await call(number)
      latencies.push(performance.now() - sent)
    } while (performance.now() - begun < milliseconds)
  }
  await Promise.all(Array.from({ length: inFlight }, (_, number) => lane(number)))
  return { calls: latencies.length, milliseconds: performance.now() - begun, latencies }
}
