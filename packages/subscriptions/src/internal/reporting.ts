import type { Clock, Json } from '@foldlog/core'
import type { HandlerReport } from '../HandlerReport.ts'
import type { Partition } from './Partition.ts'

export interface Reporter {
  readonly now: () => Json
  /** Counts on with what a partition that is gone has done. */
  readonly gone: (partition: Partition) => void
}

export interface ReporterOptions {
  readonly clock: Clock
  readonly partitions: () => ReadonlyArray<Partition>
  readonly joined: () => boolean
  readonly readsAgain: () => boolean
}

/** What a member says of itself at every heartbeat. */
export const reporter = ({ clock, partitions, joined, readsAgain }: ReporterOptions): Reporter => {
  let before = { handled: 0, at: clock() }
  let gone = 0

  const stateOf = (): HandlerReport['state'] => {
    if (partitions().length === 0) return 'waiting'
    if (readsAgain() || partitions().some((partition) => partition.retrying())) return 'retrying'
    return joined() ? 'running' : 'catching up'
  }

  return {
    now: () => {
      const handled = partitions().reduce((sum, partition) => sum + partition.handled(), gone)
      const now = clock()
      const rate = Math.max(0, Math.round((handled - before.handled) / Math.max(0.001, (now - before.at) / 1_000)))
      before = { handled, at: now }
      const report: HandlerReport = {
        state: stateOf(),
        handled,
        rate,
      }
      return { ...report }
    },
    gone: (partition) => {
      gone += partition.handled()
    },
  }
}
