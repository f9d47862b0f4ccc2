/**
 * Picks the stream of each next command of a lane. Lanes share no stream, so that they never conflict.
 *
 * @category model
 * @since 0.1.0
 */
export type NextStream = (lane: number) => string

/** The number of commands to each short stream. */
const shortLength = 5

/**
 * Short streams, one after another, each new.
 *
 * @category constructors
 * @since 0.1.0
 */
const short = (): NextStream => {
  const counts = new Map<number, number>()
  return (lane) => {
    const count = counts.get(lane) ?? 0
    counts.set(lane, count + 1)
    return `${lane}.${Math.floor(count / shortLength)}`
  }
}

/**
 * The same streams in turn, numbered from 0.
 *
 * @category constructors
 * @since 0.1.0
 */
const round = (streams: number): NextStream => {
  let next = 0
  return () => String(next++ % streams)
}

/**
 * The streams of the commands.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Streams = { short, round } as const
