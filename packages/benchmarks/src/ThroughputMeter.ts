import type { Sample } from './Sample.ts'

/**
 * Measures a handler of events. `handled` must be called with the position of each; `during` runs the handler, and
 * stops it. No event may be handled twice.
 *
 * @category model
 * @since 0.1.0
 */
export interface ThroughputMeter {
  readonly handled: (position: number) => void
  readonly measure: (milliseconds: number, start: () => unknown, stop: () => Promise<unknown>) => Promise<Sample>
}

/**
 * Counts the calls of a handler until a number of events is reached or the time is over, but at least until the first
 * event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeThroughputMeter = (all: number): ThroughputMeter => {
  const seen = new Set<number>()
  let calls = 0
  let late = false
  let end: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    handled: (position) => {
      calls++
      seen.add(position)
      if (late || seen.size === all) end()
    },
    measure: async (milliseconds, start, stop) => {
      const begun = performance.now()
      const timer = setTimeout(() => {
        late = true
        if (calls > 0) end()
      }, milliseconds)
      await start()
      await ended
      clearTimeout(timer)
      const check = { expected: calls, found: seen.size }
      const sample = { units: calls, milliseconds: performance.now() - begun, latencies: [], check }
      await stop()
      return sample
    },
  }
}
