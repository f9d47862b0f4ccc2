/** First come, first served, for each of several keys at once. */
export interface KeyedMutex {
  /** Does work when all who came before for one of these keys are done. */
  readonly run: <A>(keys: ReadonlyArray<string>, work: () => Promise<A>) => Promise<A>
}

/** No deadlock: whoever comes stands in all of his queues in the same moment, so all queues have those that they share in one order. */
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
