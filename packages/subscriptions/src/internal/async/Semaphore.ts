/** A FIFO semaphore: runs a limited number of tasks at once; others wait, in order. */
export interface Semaphore {
  readonly run: <A>(work: () => Promise<A>) => Promise<A>
}

export const makeSemaphore = (limit: number): Semaphore => {
  let taken = 0
  const waiting: Array<() => void> = []

  return {
    run: async (work) => {
      // A waiter takes over the slot of the task that has ended, so that no new caller can take it in between.
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
