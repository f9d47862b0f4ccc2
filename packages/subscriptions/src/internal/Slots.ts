/** Lets so many things be under way at once; others wait for their turn, in order. */
export interface Slots {
  readonly within: <A>(work: () => Promise<A>) => Promise<A>
}

export const makeSlots = (most: number): Slots => {
  let taken = 0
  const waiting: Array<() => void> = []

  return {
    within: async (work) => {
      // Who is let in by one that goes takes its slot: nobody comes between.
      if (taken < most) taken++
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
