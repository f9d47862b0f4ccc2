import cliProgress from 'cli-progress'
import { count } from './money.ts'
import type { Output } from './Output.ts'

/**
 * The progress of a file. `advance` takes the bytes of a completed row.
 *
 * @category model
 * @since 0.1.0
 */
export interface Progress {
  readonly advance: (bytes: number) => void
  readonly end: () => void
}

/** Counts the completed bytes; `show` is called for each row. */
const counting = (show: (bytes: number, rows: number) => void, end: () => void): Progress => {
  let done = 0
  let rows = 0
  return {
    advance: (bytes) => {
      done += bytes
      rows++
      show(done, rows)
    },
    end,
  }
}

const bar = (stream: NodeJS.WritableStream, size: number): Progress => {
  const drawn = new cliProgress.SingleBar({
    stream,
    format: '{bar} {percentage}%  {rows} rows  {duration_formatted}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    // The bank handles signals itself.
    gracefulExit: false,
  })
  drawn.start(size, 0, { rows: '0' })
  return counting(
    (bytes, rows) => drawn.update(bytes, { rows: count(rows) }),
    () => drawn.stop(),
  )
}

const tenths = ({ line }: Output, size: number): Progress => {
  let reported = 0
  const show = (bytes: number, rows: number): void => {
    const tenth = Math.floor((bytes * 10) / size)
    if (tenth <= reported) return
    reported = tenth
    line(`${`${tenth * 10}`.padStart(3)}%  ${count(rows)} rows`)
  }
  return counting(show, () => {})
}

const silent: Progress = { advance: () => {}, end: () => {} }

/**
 * Shows a bar on a terminal, a line for each tenth otherwise. `size` is that of the file, in bytes; a pipe has none,
 * and then there is no progress to report.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (output: Output, size: number): Progress =>
  size === 0 ? silent : output.terminal === undefined ? tenths(output, size) : bar(output.terminal, size)

/**
 * Functions on {@link Progress}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Progress = { make } as const
