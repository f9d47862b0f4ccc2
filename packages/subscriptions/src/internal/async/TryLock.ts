/** A lock for which no loop waits: a loop that does not get it does other work until it is free. */
export interface TryLock {
  /** Takes the lock, and returns the function that frees it; `undefined` when it is taken. */
  readonly tryTake: () => (() => void) | undefined
  /** Resolves when the lock is freed the next time. Another caller may take it first. */
  readonly freed: () => Promise<void>
}

export const makeTryLock = (): TryLock => {
  let isTaken = false
  let waiting: Array<() => void> = []

  return {
    tryTake: () => {
      if (isTaken) return undefined
      isTaken = true
      let isFreed = false
      return () => {
        if (isFreed) return
        isFreed = true
        isTaken = false
        const woken = waiting
        waiting = []
        for (const wake of woken) wake()
      }
    },
    freed: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
      }),
  }
}

/** A lock of which one user can free at its end what it has taken. */
export const makeHeldLock = (lock: TryLock) => {
  const held = new Set<() => void>()
  return {
    tryTake: (): (() => void) | undefined => {
      const free = lock.tryTake()
      if (free === undefined) return undefined
      const release = (): void => {
        held.delete(release)
        free()
      }
      held.add(release)
      return release
    },
    freeAll: (): void => {
      for (const release of [...held]) release()
    },
  }
}
