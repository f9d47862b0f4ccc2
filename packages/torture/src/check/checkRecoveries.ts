import type { FaultSpan } from '../FaultSpan.ts'
import type { Finding } from './Defect.ts'

/**
 * Finds faults whose recovery took longer than their bound.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkRecoveries = (faults: ReadonlyArray<FaultSpan>): ReadonlyArray<Finding> =>
  faults.flatMap(({ kind, recovery }): ReadonlyArray<Finding> => {
    if (recovery === undefined || recovery.milliseconds <= recovery.bound) return []
    const { of, milliseconds, bound } = recovery
    const what = `${of} did not succeed for ${Math.round(milliseconds)} ms after ${kind}, at most ${bound} ms are allowed`
    return [{ defect: 'standstills', stream: of, position: undefined, writers: [], what }]
  })
