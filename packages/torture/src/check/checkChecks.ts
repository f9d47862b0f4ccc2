import { ExpectedVersion } from '@foldlog/core'
import type { JournalEntry } from '../Journal.ts'
import type { Finding } from './Defect.ts'
import type { Log } from './Log.ts'

/** The positions of each stream, ascending: the version of an event is its place. */
const positionsByStream = (log: Log): ReadonlyMap<string, ReadonlyArray<number>> => {
  const positions = new Map<string, Array<number>>()
  for (const { stream, position } of log.rows) {
    const known = positions.get(stream)
    if (known === undefined) positions.set(stream, [position])
    else known.push(position)
  }
  return positions
}

/** How many of ascending numbers are lower than another one. */
const countBelow = (ascending: ReadonlyArray<number>, limit: number): number => {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? limit) < limit) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Checks that every stream that a stored append has only checked was as expected at that place of the log: a stream
 * stays locked from the check to the commit, so its later events have higher positions.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkChecks = (log: Log, entries: ReadonlyArray<JournalEntry>): ReadonlyArray<Finding> => {
  const positions = positionsByStream(log)
  return entries.flatMap(({ sent: { append, writer, parts } }) =>
    parts.flatMap(({ ids, checks = [] }) => {
      const [row] = ids.flatMap((id) => log.withId(id))
      if (row === undefined) return []
      return checks.flatMap(({ stream, expected }): ReadonlyArray<Finding> => {
        const version = countBelow(positions.get(stream) ?? [], row.position)
        if (ExpectedVersion.accepts(expected, version)) return []
        const what = `append ${append} was stored at ${row.position} and expected ${expected}, the stream was at version ${version}`
        return [{ defect: 'checkViolations', stream, position: row.position, writers: [writer], what }]
      })
    }),
  )
}
