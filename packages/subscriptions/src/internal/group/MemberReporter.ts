import type { Clock, Json } from '@foldlog/core'
import type { HandlerReport } from '../../HandlerReport.ts'
import type { Partition } from '../partition/Partition.ts'

export interface MemberReporter {
  readonly now: () => Json
  /** Adds the count of a partition that has ended to the total. */
  readonly onPartitionEnded: (partition: Partition) => void
}

export interface MemberReporterOptions {
  readonly clock: Clock
  readonly partitions: () => ReadonlyArray<Partition>
  readonly isLive: () => boolean
  readonly isReaderRetrying: () => boolean
}

/** Maximum number of waiting commands in a report. */
const maxWaitingCommands = 10

/** Makes the report that a member sends with every heartbeat. */
export const makeMemberReporter = ({
  clock,
  partitions,
  isLive,
  isReaderRetrying,
}: MemberReporterOptions): MemberReporter => {
  let before = { handled: 0, at: clock() }
  let gone = 0

  const stateOf = (): HandlerReport['state'] => {
    if (partitions().length === 0) return 'waiting'
    if (isReaderRetrying() || partitions().some((partition) => partition.isRetrying())) return 'retrying'
    return isLive() ? 'running' : 'catching up'
  }

  return {
    now: () => {
      const handled = partitions().reduce((sum, partition) => sum + partition.handled(), gone)
      const now = clock()
      const rate = Math.max(0, Math.round((handled - before.handled) / Math.max(0.001, (now - before.at) / 1_000)))
      before = { handled, at: now }
      const waiting = partitions()
        .flatMap((partition) => [...partition.waitingCommands()])
        .sort((one, another) => one.since - another.since)
        .slice(0, maxWaitingCommands)
      const report: HandlerReport = {
        state: stateOf(),
        handled,
        rate,
        ...(waiting.length === 0 ? undefined : { waitingCommands: waiting }),
      }
      return report as Json // Texts and numbers.
    },
    onPartitionEnded: (partition) => {
      gone += partition.handled()
    },
  }
}
