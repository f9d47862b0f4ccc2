/** What was handed out and what of it is done: how far everything is done without a gap. */
export interface Prefix {
  /** Notes what is handed out next, in ascending order; what comes back says that it is done. */
  readonly begin: (position: number) => () => void
  /** Nothing up to here is left to be handed out, be it done or not. */
  readonly passed: (position: number) => void
  /** Everything up to here is done. */
  readonly doneTo: () => number
  /** How many are handed out and not done. */
  readonly open: () => number
}

interface Entry {
  readonly position: number
  done: boolean
}

export const makePrefix = (start: number): Prefix => {
  let doneTo = start
  let open = 0
  const entries: Array<Entry> = []

  const advance = (): void => {
    const gap = entries.findIndex(({ done }) => !done)
    const gone = entries.splice(0, gap < 0 ? entries.length : gap)
    doneTo = gone.at(-1)?.position ?? doneTo
  }

  return {
    begin: (position) => {
      const entry: Entry = { position, done: false }
      entries.push(entry)
      open++
      return () => {
        if (entry.done) return
        entry.done = true
        open--
        advance()
      }
    },
    passed: (position) => {
      entries.push({ position, done: true })
      advance()
    },
    doneTo: () => doneTo,
    open: () => open,
  }
}
