/**
 * How often each path was taken in this process, by its name.
 *
 * @category model
 * @since 0.1.0
 */
export type PathCounts = Readonly<Record<string, number>>

/**
 * Counts the paths that a worker takes, and reports them.
 *
 * @category model
 * @since 0.1.0
 */
export interface PathCounter {
  readonly count: (path: string) => void
  /** Reports what was counted since the last report. */
  readonly flush: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Milliseconds between two reports: a worker that is killed loses what it has not reported. */
const reportInterval = 250

/**
 * Makes a counter that reports four times a second.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (report: (counts: PathCounts) => Promise<void>): PathCounter => {
  let counts: Record<string, number> = {}
  const flush = async (): Promise<void> => {
    const counted = counts
    counts = {}
    if (Object.keys(counted).length > 0) await report(counted)
  }
  const timer = setInterval(() => void flush(), reportInterval)
  return {
    count: (path) => {
      counts[path] = (counts[path] ?? 0) + 1
    },
    flush,
    stop: () => {
      clearInterval(timer)
      return flush()
    },
  }
}

/**
 * The sum of counts.
 *
 * @category instances
 * @since 0.1.0
 */
const concat = (a: PathCounts, b: PathCounts): PathCounts =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .toSorted()
      .map((path) => [path, (a[path] ?? 0) + (b[path] ?? 0)]),
  )

/**
 * Functions on {@link PathCounter}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const PathCounter = { make, concat } as const
