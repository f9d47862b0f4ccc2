import type { Fault } from '../Fault.ts'

/**
 * A connection that breaks while data is in flight.
 *
 * @category faults
 * @since 0.1.0
 */
export const tornConnection: Fault = {
  kind: 'connection torn',
  share: 2,
  inject: async ({ network }) => network.tear(),
}

/**
 * A connection that is half open for seconds. Then it is closed, or its data arrives after all, long after it was
 * resent.
 *
 * @category faults
 * @since 0.1.0
 */
export const halfOpenConnections: ReadonlyArray<Fault> = (['torn', 'late'] as const).map((how) => ({
  kind: `connection half open, then ${how}`,
  share: 1,
  inject: async ({ random, network, hold }) => {
    const end = network.silence()
    await hold(random.int(500, 5_000))
    end?.(how)
    return end !== undefined
  },
}))
