import type { HistoryId, InvalidInput, LogPosition, LogRewound, StoreUnavailable } from '@foldlog/core'
import type { HandlerDocument, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerRewound } from '../../HandlerRewound.ts'
import type { ReportedCommand } from '../../WaitingCommand.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { emptyUnit, type StopRequest, type UnitOfWork } from '../handlers/HandlerWorker.ts'
import { handlerThrew } from '../handlers/userCode.ts'
import type { HandledPlace } from '../history/rewindDetection.ts'
import type { FedTime } from './DueTimers.ts'
import type { PartitionEnd, StoredEnd } from './PartitionEnd.ts'
import { makePartitionLoop } from './PartitionLoop.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import { makePartitionParts } from './PartitionParts.ts'
import { countRetrying } from './RetryingLanes.ts'
import { stoppedBy } from './Transition.ts'

export type { PartitionOptions } from './PartitionOptions.ts'

/**
 * A partition in processing. It is fed with deliveries, handles them in units of work, one after another, and commits
 * each before the next.
 */
export interface Partition {
  readonly number: number
  /** Everything up to here has been fed; the next deliveries must begin behind it. */
  readonly fedTo: () => number
  /** The same as a place: with the history of the log from which the partition got its events. */
  readonly place: () => LogPosition
  /** Everything up to here is handled, and its changes are committed. */
  readonly committedTo: () => number
  /**
   * How far the log was handled, and in which history; until the partition is opened, how far it was handled before.
   * While events are in processing, every event that the partition got counts: whether their effects are done is known
   * only when it is too late.
   */
  readonly handledTo: () => HandledPlace
  readonly handled: () => number
  readonly parkedLanes: () => number
  readonly waiting: () => number
  /** Whether a retry is pending. */
  readonly isRetrying: () => boolean
  /** The commands that have waited for an answer for a while. */
  readonly waitingCommands: () => ReadonlyArray<ReportedCommand>
  /** Gets the deliveries of a page that ends at `upTo`. */
  readonly feed: (deliveries: ReadonlyArray<Delivery>, upTo: number, history: HistoryId, time: FedTime) => void
  /** Whether timers that are due wait for events. */
  readonly holdsTimers: () => boolean
  /** Queues what is due at `now`, in milliseconds since 1970 by the clock of the store. */
  readonly enqueueDue: (documents: ReadonlyArray<HandlerDocument>, now: number) => void
  /** Stops the handler. */
  readonly stop: (stop: StopRequest) => void
  /**
   * Verifies that this history of the log has all events that the partition got, and follows this history from now on.
   * Stops the handler when it does not have them.
   */
  readonly followHistory: (history: HistoryId) => Promise<E.Either<InvalidInput | StoreUnavailable, void>>
  /** Stops the handler because the log went back. */
  readonly onRewound: (why: LogRewound) => void
  /** Stops the handler because of a throw: what is decided and not committed does not count. */
  readonly onThrown: (cause: unknown) => void
  /**
   * Stops the handler when this process has handled a place, of another partition, that is no place of the log. Calls
   * `fits` when it is one.
   */
  readonly verify: (place: HandledPlace, fits: () => void) => void
  /** Checks again whether it may continue. */
  readonly wake: () => void
  /** Ends after the work in flight, with a last commit. */
  readonly drain: () => void
  /** Aborts the work in flight, whose time to end is over: its signal fires, and it is not waited for much longer. */
  readonly abort: () => void
  /** Ends without a commit, because another member owns the partition. */
  readonly revoke: () => void
  /** Never rejects. */
  readonly ended: Promise<EndedPartition>
}

/** The lease after the last commit, why the partition ended, and how far the log was handled. */
export interface EndedPartition extends StoredEnd {
  readonly lease: Lease
  readonly handled: HandledPlace
}

/** Stops the handler when the log does not have what was handled. */
const stopUnless = E.map(
  (why: HandlerRewound | undefined): UnitOfWork => (why === undefined ? emptyUnit : { ...emptyUnit, stop: { why } }),
)

export const makePartition = (options: PartitionOptions): Partition => {
  const parts = makePartitionParts(options)
  const { wakeSignal, lifecycle, queue, tasks, timers, log, state, enqueueUnit, worker, retries, notes } = parts
  const loop = makePartitionLoop(options, parts)
  const fedTo = (): number => log.place().position

  const handledTo = (): HandledPlace => {
    const { committedTo, retrying } = state.current()
    const isIdle = !loop.isBusy() && queue.size() === 0 && retrying.size === 0
    return log.handledTo(isIdle ? committedTo : fedTo())
  }

  /** Code of the runtime should not throw. If it does, the handler stops with the reason, at the last commit. */
  const run = async (): Promise<PartitionEnd> => {
    try {
      return await loop.run()
    } catch (cause) {
      return stoppedBy(state.current(), { why: handlerThrew(cause) })
    }
  }

  const finish = async (): Promise<EndedPartition> => {
    const ending = await run()
    const kept =
      ending._tag === 'StoppedHere'
        ? await state.storeStop(ending).catch(() => ({ ending, isLocal: true }))
        : { ending, isLocal: false }
    lifecycle.revoke()
    notes.close()
    // The partition must not wait for ever for work that was started and throws.
    await Promise.allSettled([worker.close(), retries.close()])
    const { lease, committedTo, takenTo } = state.current()
    // Queued tasks never begin now. While a lane is retrying, events beyond the checkpoint are handled.
    return { lease, handled: log.handledTo(Math.max(committedTo, takenTo)), ...kept }
  }

  return {
    number: options.lease.partition,
    fedTo,
    place: log.place,
    committedTo: () => state.current().committedTo,
    handledTo,
    handled: () => state.current().handled,
    parkedLanes: () => state.current().blocked.size,
    waiting: () => queue.size() + countRetrying(state.current().retrying),
    isRetrying: () => lifecycle.isRetrying() || state.current().retrying.size > 0,
    waitingCommands: worker.waitingCommands,
    holdsTimers: () => !timers.isEmpty(),
    feed: (deliveries, upTo, history, time) => {
      if (!lifecycle.isRunning()) return
      // A page that was read for another partition can end earlier.
      if (upTo >= fedTo()) timers.onFed(time)
      if (time.isEnd) notes.onEndOfLog(upTo)
      queue.push(deliveries)
      log.feed(upTo, history)
      if (queue.size() === 0 && !loop.isBusy()) state.skipTo(fedTo())
      wakeSignal.notify()
    },
    enqueueDue: (documents, now) => {
      const due = documents.filter(({ kind }) => kind === 'timer')
      if (due.length > 0) {
        timers.add({ timers: due, now })
        wakeSignal.notify()
      }
      parts.parkedActions.request(documents.filter(({ kind }) => kind === 'parked'))
    },
    stop: (stop) => enqueueUnit(async () => E.right({ ...emptyUnit, stop })),
    followHistory: async (history) => {
      const found = stopUnless(await log.follow(history))
      if (E.isLeft(found)) return found
      if (found.right.stop !== undefined) enqueueUnit(async () => found)
      return E.right(undefined)
    },
    onRewound: (why) => enqueueUnit(async () => stopUnless(await log.rewoundBy(why))),
    onThrown: (cause) => tasks.enqueue(() => Promise.reject(cause)),
    verify: (place, fits) =>
      enqueueUnit(async () => {
        const found = stopUnless(await log.verify(place))
        if (E.isRight(found) && found.right.stop === undefined) fits()
        return found
      }),
    wake: wakeSignal.notify,
    drain: () => {
      lifecycle.drain()
      wakeSignal.notify()
    },
    abort: lifecycle.abort,
    revoke: () => {
      lifecycle.revoke()
      wakeSignal.notify()
    },
    ended: finish(),
  }
}
