import type { Finding } from './Defect.ts'
import type { Log } from './Log.ts'

/**
 * Checks that the versions of each stream are in order in the log, from 1 and without a gap.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkOrder = (log: Log): ReadonlyArray<Finding> => {
  const versions = new Map<string, number>()
  return log.rows.flatMap(({ position, stream, version, id }): ReadonlyArray<Finding> => {
    const before = versions.get(stream) ?? 0
    versions.set(stream, version)
    if (version === before + 1) return []
    const writers = [log.writerOf(id) ?? 'no writer']
    return [{ defect: 'reordered', stream, position, writers, what: `version ${version} follows version ${before}` }]
  })
}
