import { describeUnknown, type HistoryId, type Logger } from '@foldlog/core'
import type { HandlerRef, Lease } from '@foldlog/core/store'
import type { EventRef } from '../../HandlerRewound.ts'
import { type HandledHistory, makeHandledHistory } from '../history/HandledHistory.ts'
import type { EndedPartition, Partition, PartitionOptions } from '../partition/Partition.ts'

/** The partitions of a member, each from its lease to its end, and what this process remembers of them. */
export interface RunningPartitions {
  /** Those whose leases this member has, by number. */
  readonly assigned: ReadonlyMap<number, Partition>
  readonly all: () => ReadonlyArray<Partition>
  /** Number of partitions that have not ended: lost ones may still have work in flight. */
  readonly alive: () => number
  /** How far each partition was handled in this process. */
  readonly handled: HandledHistory
  /** The last events that this process has handled, of any partition. */
  readonly remembered: () => ReadonlyArray<EventRef>
  /** Wakes the partitions whose leases are still there, and takes away the others. */
  readonly followLeases: (leases: ReadonlyMap<number, Lease>) => void
  /** The lowest last known position of its partitions; `null` when it never had one. */
  readonly lowestPosition: () => number | null
  /** Begins a partition; a lost one with the same number may still be alive. Resolves with its end. */
  readonly start: (lease: Lease, history: HistoryId) => Promise<EndedPartition>
  /** Takes away a partition whose lease is lost. */
  readonly revoke: (partition: Partition) => void
  /** Drains all partitions. Aborts work that is in flight after `stopTimeout` milliseconds, until `ended` resolves. */
  readonly drain: (stopTimeout: number, ended: () => Promise<unknown>) => Promise<void>
}

export interface RunningPartitionsOptions {
  readonly ref: HandlerRef
  readonly logger: Logger
  /** Makes a partition from a lease, whose position is in this history, with what this process remembers. */
  readonly make: (
    lease: Lease,
    history: HistoryId,
    memory: Pick<PartitionOptions, 'previous' | 'earlier' | 'remembered'>,
  ) => Partition
  /** Called with a partition that is no longer worked on. */
  readonly onRemoved: (partition: Partition) => void
}

export const makeRunningPartitions = ({
  ref,
  logger,
  make,
  onRemoved,
}: RunningPartitionsOptions): RunningPartitions => {
  const assigned = new Map<number, Partition>()
  const alive = new Set<Partition>()
  const positions = new Map<number, number>()
  const handled = makeHandledHistory()

  const all = (): ReadonlyArray<Partition> => [...assigned.values()]

  const remembered = (): ReadonlyArray<EventRef> => [
    ...handled.events(),
    ...all().flatMap((one) => one.handledTo().recent),
  ]

  const remove = (partition: Partition): void => {
    assigned.delete(partition.number)
    try {
      onRemoved(partition)
    } catch (why) {
      // The lease must be released nevertheless.
      logger.error('the end of a partition cannot be reported', {
        handler: ref.name,
        generation: ref.generation,
        why: describeUnknown(why),
      })
    }
  }

  const revoke = (partition: Partition): void => {
    // Now, and not when the partition has ended: the next lease may begin before that, and must find this.
    handled.remember(partition.number, partition.handledTo())
    remove(partition)
    partition.revoke()
  }

  const onEnded = (partition: Partition, { lease, handled: place }: EndedPartition): void => {
    const { number } = partition
    positions.set(number, Math.max(lease.position, positions.get(number) ?? 0))
    alive.delete(partition)
    if (assigned.get(number) === partition) {
      handled.remember(number, place)
      remove(partition)
    } else handled.rememberLate(place.recent)
  }

  return {
    assigned,
    all,
    alive: () => alive.size,
    handled,
    remembered,
    followLeases: (leases) => {
      for (const partition of all()) positions.set(partition.number, partition.committedTo())
      for (const partition of all()) {
        if (leases.has(partition.number)) partition.wake()
        else revoke(partition)
      }
    },
    lowestPosition: () => (positions.size === 0 ? null : Math.min(...positions.values())),
    start: (lease, history) => {
      const { partition: number } = lease
      const partition = make(lease, history, {
        previous: handled.previousOf(lease, history),
        earlier: handled.recentOf(number),
        remembered,
      })
      assigned.set(number, partition)
      alive.add(partition)
      return partition.ended.then((ended) => {
        onEnded(partition, ended)
        return ended
      })
    },
    revoke,
    drain: async (stopTimeout, ended) => {
      for (const partition of all()) partition.drain()
      const late = setTimeout(() => {
        for (const partition of all()) partition.abort()
      }, stopTimeout)
      await ended()
      clearTimeout(late)
    },
  }
}
