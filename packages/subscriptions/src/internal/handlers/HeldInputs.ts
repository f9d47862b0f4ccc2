/** Inputs of processes that wait behind parked events, in memory: what they are made of is stored elsewhere. */
export interface HeldInputs {
  /** Holds an input of a process back. An input that is held already, by its key, is replaced. */
  readonly hold: (process: string, key: string, release: () => void) => void
  /** Releases the inputs of all processes that wait no more. */
  readonly releaseUnless: (waits: (process: string) => boolean) => void
}

export const makeHeldInputs = (): HeldInputs => {
  const held = new Map<string, Map<string, () => void>>()

  return {
    hold: (process, key, release) => {
      const inputs = held.get(process) ?? new Map<string, () => void>()
      held.set(process, inputs.set(key, release))
    },
    releaseUnless: (waits) => {
      // Called after each unit of work; nearly always nothing is held.
      for (const [process, inputs] of held) {
        if (waits(process)) continue
        held.delete(process)
        for (const release of inputs.values()) release()
      }
    },
  }
}
