import {
  type Clock,
  describeUnknown,
  type HandlerRef,
  type HandlerStore,
  type HeartbeatAnswer,
  type HistoryId,
  type Lease,
  type Logger,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { KnownEvent } from '../HandlerRewound.ts'
import { ask } from './asking.ts'
import type { Ended, Partition } from './Partition.ts'
import { makeReleases } from './Releases.ts'
import type { HandledPlace } from './rewinding.ts'
import { describeStop } from './stopping.ts'

/** The partitions of a member: begun with a lease, and ended with it. */
export interface Tenancy {
  readonly open: ReadonlyMap<number, Partition>
  readonly all: () => ReadonlyArray<Partition>
  /** The lowest position that its partitions had when their positions were last known; `null` when there were none. */
  readonly reached: () => number | null
  /** Takes what a heartbeat has brought; says whether a partition was begun. */
  readonly answered: (answer: HeartbeatAnswer) => boolean
  /**
   * What the store says of the handler: whether it is stopped, by whatever partition in whatever process, whether because
   * the log went back, and how often it was set back.
   */
  readonly heard: (stopped: boolean, rewound: boolean, setBacks: number) => void
  readonly stopped: () => boolean
  /** Why the handler is stopped in this process, when the store does not keep the reason. */
  readonly trouble: () => Trouble | undefined
  /** Ends all partitions after what is under way, and gives their leases up; what is under way has `grace` milliseconds, and is told to end then. */
  readonly stop: (grace: number) => Promise<void>
}

/** A stop that only this process knows of. */
export interface Trouble {
  readonly partition: number
  readonly position: number
  readonly reason: string
  readonly since: number
}

export interface TenancyOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'release'>
  readonly logger: Logger
  readonly clock: Clock
  /**
   * Makes a partition from a lease, whose position is in this history. `previous` is how far it was handled here, when
   * the log may have gone back since; `others` has the last events that other partitions have handled here.
   */
  readonly make: (
    lease: Lease,
    history: HistoryId,
    previous: HandledPlace | undefined,
    others: () => ReadonlyArray<KnownEvent>,
  ) => Partition
  /** Called with a partition that is worked on no more. */
  readonly onGone: (partition: Partition) => void
  /** Called when a partition was lost, and perhaps another is to be had. */
  readonly onLost: () => void
  /** Called after every end. */
  readonly onEnded: () => void
}

export const makeTenancy = (options: TenancyOptions): Tenancy => {
  const { ref, store, logger } = options
  const open = new Map<number, Partition>()
  /** All leases, as the last answer had them. */
  let leases: ReadonlyMap<number, Lease> = new Map()
  /** Partitions that are being given up: more than our share. */
  const leaving = new Set<number>()
  const endings = new Set<Promise<void>>()
  /**
   * Whether the handler is stopped, as far as is known here. It may be known late, or forgotten too early by what was read before the stop: that costs a lease
   * that is given up at once, because a partition is not begun before the store was asked.
   */
  let stopped = false
  /** Whether one of its stops was because the log went back. */
  let rewound = false
  /**
   * How far each partition was handled in this process. Forgotten when the handler was set back since it stopped because
   * the log went back: then a person has decided what to do. A stop that is gone without that says nothing: it may be
   * gone because the log went back once more.
   */
  const handled = new Map<number, HandledPlace>()
  /** How often the handler was set back, as far as is known; while it is stopped, before that stop is recovered. */
  let setBacks = 0
  /**
   * A stop that the store does not keep. It lasts until the process ends: otherwise the same events would be handled
   * again and again.
   */
  let trouble: Trouble | undefined
  /** The last known position of each partition that this process held. */
  const positions = new Map<number, number>()
  /**
   * The epoch at which a partition was last begun, and the history of the log then: the process works on a lease once.
   * Epochs go back when the log does, and then another lease can have the same epoch. An open partition goes on in a
   * new history: its reads and commits are judged there.
   */
  const begun = new Map<number, { readonly epoch: number; readonly history: HistoryId }>()

  const isBegun = ({ partition, epoch }: Lease, history: HistoryId): boolean => {
    const last = begun.get(partition)
    return last?.epoch === epoch && (last.history === history || open.has(partition))
  }
  const abort = new AbortController()

  const all = (): ReadonlyArray<Partition> => [...open.values()]

  /** One stops, all stop: the handler does, not a part of it. */
  const halt = (): void => {
    stopped = true
    for (const other of open.values()) other.end()
  }

  const remove = (partition: Partition): void => {
    open.delete(partition.number)
    try {
      options.onGone(partition)
    } catch (why) {
      // The lease must be released nevertheless.
      logger.error('the end of a partition cannot be reported', { ...ref, why: describeUnknown(why) })
    }
  }

  const remember = (partition: number, place: HandledPlace): void => {
    // At the beginning, too, something may be done that no commit has told of.
    if (place.position > 0 || place.recent.length > 0) handled.set(partition, place)
  }

  const drop = (partition: Partition): void => {
    // Now, and not when the partition has ended: the next lease may begin before that, and must find this.
    remember(partition.number, partition.handledTo())
    remove(partition)
    partition.drop()
  }

  const { giveUp } = makeReleases({ ref, store, logger, signal: abort.signal })

  const ended = async (partition: Partition, { lease, ending, unkept, handled: place }: Ended): Promise<void> => {
    const facts = { handler: ref.name, generation: ref.generation, partition: partition.number }
    positions.set(lease.partition, Math.max(lease.position, positions.get(lease.partition) ?? 0))
    if (open.get(partition.number) === partition) {
      remember(partition.number, place)
      remove(partition)
    }
    if (ending._tag === 'Stopped') {
      const { position } = ending
      const reason = describeStop(ending)
      logger.error('a handler has stopped', { ...facts, position, why: reason })
      if (ending.stop.why._tag === 'HandlerRewound') rewound = true
      if (unkept) trouble ??= { partition: partition.number, position, reason, since: options.clock() }
      halt()
    } else if (ending._tag === 'Halted') {
      rewound ||= ending.rewound
      halt()
    }
    if (ending._tag === 'Lost') logger.info('a partition is held by another member', facts)
    // Also what is lost: should the epoch be ours still, it would stay ours, and nobody would work on it.
    await giveUp(lease)
    leaving.delete(partition.number)
    if (ending._tag === 'Lost') options.onLost()
    options.onEnded()
  }

  const track = (end: Promise<void>): void => {
    const ending = end
      .catch((why) => logger.error('the end of a partition has thrown', { ...ref, why: describeUnknown(why) }))
      .finally(() => endings.delete(ending))
    endings.add(ending)
  }

  /** A checkpoint never goes back, and a log goes back only in another history. */
  const previousOf = ({ partition, position }: Lease, history: HistoryId): HandledPlace | undefined => {
    const last = handled.get(partition)
    return last !== undefined && (last.history !== history || last.position > position) ? last : undefined
  }

  const recentOfOthers = (number: number): ReadonlyArray<KnownEvent> => {
    const places = new Map([...handled, ...all().map((one) => [one.number, one.handledTo()] as const)])
    places.delete(number)
    return [...places.values()].flatMap(({ recent }) => recent)
  }

  const begin = (lease: Lease, history: HistoryId): void => {
    const others = () => recentOfOthers(lease.partition)
    const partition = options.make(lease, history, previousOf(lease, history), others)
    open.set(lease.partition, partition)
    track(partition.ended.then((last) => ended(partition, last)))
  }

  /**
   * Verifies what this process has handled of partitions that other members hold now: when the log goes back, leases go
   * back too, and the other members do not know what was handled here. So any partition that is open here verifies it,
   * once in each history.
   */
  const verifyOthers = (history: HistoryId): void => {
    const [first] = open.values()
    if (first === undefined) return
    for (const [partition, place] of handled) {
      if (open.has(partition) || place.history === history) continue
      const fits = (): void => {
        if (handled.get(partition) === place) handled.set(partition, { ...place, history })
      }
      first.verify(place, fits)
    }
  }

  /** Begins what is new, and says whether there was any. */
  const beginAll = ({ leases: own, history }: HeartbeatAnswer): boolean => {
    let fresh = false
    for (const lease of own) {
      if (isBegun(lease, history)) continue
      const running = open.get(lease.partition)
      if (running !== undefined) drop(running)
      begin(lease, history)
      begun.set(lease.partition, { epoch: lease.epoch, history })
      fresh = true
    }
    return fresh
  }

  return {
    open,
    all,
    reached: () => (positions.size === 0 ? null : Math.min(...positions.values())),
    heard: (told, byRewind, times) => {
      if (told) {
        rewound ||= byRewind
        halt()
      } else {
        if (stopped && rewound && times > setBacks) handled.clear()
        rewound = false
        stopped = trouble !== undefined
      }
      setBacks = times
    },
    answered: (answer) => {
      if (abort.signal.aborted) return false
      leases = new Map(answer.leases.map((lease) => [lease.partition, lease]))
      // After a new registration epochs begin anew: this process has worked on none of them.
      if (!answer.known) begun.clear()
      for (const partition of all()) positions.set(partition.number, partition.doneTo())
      for (const partition of all()) {
        if (leases.has(partition.number)) partition.nudge()
        else drop(partition)
      }
      if (stopped) {
        // Asked for before we knew.
        for (const lease of answer.leases) if (!open.has(lease.partition)) track(giveUp(lease))
        return false
      }
      const fresh = beginAll(answer)
      verifyOthers(answer.history)
      // Of those that stay: one that takes long to end must not stand for another that is to go.
      const staying = all().filter(({ number }) => !leaving.has(number))
      for (const partition of staying.slice(0, Math.max(0, answer.surplus - leaving.size))) {
        leaving.add(partition.number)
        partition.end()
      }
      return fresh
    },
    stopped: () => stopped,
    trouble: () => trouble,
    stop: async (grace) => {
      abort.abort()
      for (const partition of open.values()) partition.end()
      const late = setTimeout(() => {
        for (const partition of open.values()) partition.hasten()
      }, grace)
      await Promise.all(endings)
      clearTimeout(late)
      if (leases.size === 0) return
      const released = await ask(store.release([...leases.values()]))
      if (E.isLeft(released)) logger.warn('leases were not given up; they will expire', { ...ref, why: released.left })
    },
  }
}
