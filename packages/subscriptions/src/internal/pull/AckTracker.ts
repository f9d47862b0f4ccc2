/** Tracks delivered events and their acknowledgements: the position up to which all are acknowledged without a gap. */
export interface AckTracker {
  /** Registers the next delivered event, in ascending order; the returned function acknowledges it. */
  readonly track: (position: number) => () => void
  /** Marks that no event up to here remains to be delivered, whether those before it are acknowledged or not. */
  readonly skipTo: (position: number) => void
  /** Everything up to here is acknowledged. */
  readonly ackedTo: () => number
  /** Number of events that are delivered and not acknowledged. */
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
