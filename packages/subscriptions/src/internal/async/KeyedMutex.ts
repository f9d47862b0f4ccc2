/** Mutual exclusion, first come first served, for several keys at once. */
export interface KeyedMutex {
  /** Runs work as soon as all earlier work for any of these keys has ended. */
  readonly run: <A>(keys: ReadonlyArray<string>, work: () => Promise<A>) => Promise<A>
}

/**
 * No deadlock: a caller enters all of its queues in the same moment, so callers have the same order in all queues that
 * they share.
 */
export const makeKeyedMutex = (): KeyedMutex => {
  const last = new Map<string, Promise<void>>()
  return {
    run: async (keys, work) => {
      let done = () => {}
      const own = new Promise<void>((resolve) => {
        done = resolve
      })
      const before = keys.map((key) => last.get(key))
      for (const key of keys) last.set(key, own)
      try {
        await Promise.all(before)
        return await work()
      } finally {
        done()
        for (const key of keys) if (last.get(key) === own) last.delete(key)
      }
    },
  }
}
