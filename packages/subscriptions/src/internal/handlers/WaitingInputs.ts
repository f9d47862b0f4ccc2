/**
 * Inputs of processes that wait behind parked events. They are in memory only, because the store has the timers and the
 * commands from which they are made.
 */
export interface WaitingInputs {
  /**
   * Adds an input that waits until this lane is free: the lane of its process, or that of an event for which the
   * process waits. It replaces an input of the lane with the same key.
   */
  readonly add: (lane: string, key: string, release: () => void) => void
  /** Releases the inputs of all lanes that are free. */
  readonly releaseUnless: (isBlocked: (lane: string) => boolean) => void
}

export const makeWaitingInputs = (): WaitingInputs => {
  const waiting = new Map<string, Map<string, () => void>>()

  return {
    add: (lane, key, release) => {
      const inputs = waiting.get(lane) ?? new Map<string, () => void>()
      waiting.set(lane, inputs.set(key, release))
    },
    releaseUnless: (isBlocked) => {
      // This runs after each unit of work, and nearly always nothing waits.
      for (const [lane, inputs] of waiting) {
        if (isBlocked(lane)) continue
        waiting.delete(lane)
        for (const release of inputs.values()) release()
      }
    },
  }
}
