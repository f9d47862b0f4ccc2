/** Lets so many things be under way at once; others wait for their turn, in order. */
export interface Semaphore {
  readonly run: <A>(work: () => Promise<A>) => Promise<A>
}

export const makeSemaphore = (limit: number): Semaphore => {
  let taken = 0
  const waiting: Array<() => void> = []

  return {
    run: async (work) => {
      // Who is let in by one that goes takes its slot: nobody comes between.
      if (taken < limit) taken++
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) taken--
        else next()
      }
    },
  }
}
