import { either as E } from 'fp-ts'
import type { Fault } from '../Fault.ts'

/**
 * Stops the server as a crash would, and starts it again: what was acknowledged has to be on the disk.
 *
 * @category faults
 * @since 0.1.0
 */
export const crashedServer: Fault = {
  kind: 'server crashed',
  share: 1,
  strike: async ({ server }) => E.isRight(await server.restart('immediate')()),
}
