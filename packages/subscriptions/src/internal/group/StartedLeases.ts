import type { HistoryId } from '@foldlog/core'
import type { HeartbeatAnswer, Lease } from '@foldlog/core/store'

/** The leases under which work was begun: the process works on a lease once. */
export interface StartedLeases {
  readonly has: (lease: Lease, history: HistoryId) => boolean
  readonly add: (lease: Lease, history: HistoryId) => void
  /** Adds the first lease of an answer that was not begun, and returns it. */
  readonly takeNew: (answer: Pick<HeartbeatAnswer, 'leases' | 'history'>) => Lease | undefined
  readonly clear: () => void
}

/**
 * Epochs go back when the log does, and then another lease can have the same epoch. A partition that is open continues
 * in a new history: its reads and commits are verified there.
 */
export const makeStartedLeases = (isOpen: (partition: number) => boolean): StartedLeases => {
  const started = new Map<number, { readonly epoch: number; readonly history: HistoryId }>()
  const has: StartedLeases['has'] = ({ partition, epoch }, history) => {
    const last = started.get(partition)
    return last?.epoch === epoch && (last.history === history || isOpen(partition))
  }
  const add: StartedLeases['add'] = ({ partition, epoch }, history) => {
    started.set(partition, { epoch, history })
  }
  return {
    has,
    add,
    takeNew: ({ leases, history }) => {
      const lease = leases.find((one) => !has(one, history))
      if (lease !== undefined) add(lease, history)
      return lease
    },
    clear: () => started.clear(),
  }
}
