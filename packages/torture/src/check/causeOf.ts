import type { FaultSpan } from '../FaultSpan.ts'

/**
 * Finds the kind of the fault that covers most of a time.
 *
 * @category destructors
 * @since 0.1.0
 */
export const causeOf = (from: number, to: number, faults: ReadonlyArray<FaultSpan>): string => {
  const covered = faults.map((fault) => ({
    kind: fault.kind,
    // The kill of a backend takes no time, and may be the cause all the same.
    by: Math.min(to, fault.to + 1) - Math.max(from, fault.from - 1),
  }))
  const most = covered.reduce((a, b) => (b.by > a.by ? b : a), { kind: 'no fault', by: 0 })
  return most.kind
}
