/** What was handed out and what of it is done: how far everything is done without a gap. */
export interface AckTracker {
  /** Notes what is handed out next, in ascending order; what comes back says that it is done. */
  readonly track: (position: number) => () => void
  /** Nothing up to here is left to be handed out, be it done or not. */
  readonly skipTo: (position: number) => void
  /** Everything up to here is done. */
  readonly ackedTo: () => number
  /** How many are handed out and not done. */
  readonly pending: () => number
}

interface Entry {
  readonly position: number
  done: boolean
}

export const makeAckTracker = (start: number): AckTracker => {
  let ackedTo = start
  let pending = 0
  const entries: Array<Entry> = []

  const advance = (): void => {
    const gap = entries.findIndex(({ done }) => !done)
    const gone = entries.splice(0, gap < 0 ? entries.length : gap)
    ackedTo = gone.at(-1)?.position ?? ackedTo
  }

  return {
    track: (position) => {
      const entry: Entry = { position, done: false }
      entries.push(entry)
      pending++
      return () => {
        if (entry.done) return
        entry.done = true
        pending--
        advance()
      }
    },
    skipTo: (position) => {
      entries.push({ position, done: true })
      advance()
    },
    ackedTo: () => ackedTo,
    pending: () => pending,
  }
}
