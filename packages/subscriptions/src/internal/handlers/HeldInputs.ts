/** Inputs of processes that wait behind parked events, in memory: what they are made of is stored elsewhere. */
export interface HeldInputs {
  /**
   * Holds an input back, until its lane is free. That is the lane of its process, or of an event for which that process
   * waits. An input that is held in the lane already, by its key, is replaced.
   */
  readonly hold: (lane: string, key: string, release: () => void) => void
  /** Releases the inputs of all lanes that are free. */
  readonly releaseUnless: (isBlocked: (lane: string) => boolean) => void
}

export const makeHeldInputs = (): HeldInputs => {
  const held = new Map<string, Map<string, () => void>>()

  return {
    hold: (lane, key, release) => {
      const inputs = held.get(lane) ?? new Map<string, () => void>()
      held.set(lane, inputs.set(key, release))
    },
    releaseUnless: (isBlocked) => {
      // Called after each unit of work; nearly always nothing is held.
      for (const [lane, inputs] of held) {
        if (isBlocked(lane)) continue
        held.delete(lane)
        for (const release of inputs.values()) release()
      }
    },
  }
}
