/** Work in progress that its owner waits for. */
export interface InFlight {
  /** Adds work, which must not reject. Resolves when it has ended and counts no more. */
  readonly add: (work: Promise<unknown>) => Promise<void>
  readonly size: () => number
  /** Resolves when all work that is in progress now has ended. */
  readonly ended: () => Promise<unknown>
}

export const makeInFlight = (): InFlight => {
  const all = new Set<Promise<void>>()
  return {
    add: (work) => {
      const one = work.then(() => {
        all.delete(one)
      })
      all.add(one)
      return one
    },
    size: () => all.size,
    ended: () => Promise.all(all),
  }
}
