import {
  EventId,
  type InvalidInput,
  Logger,
  type LogPlace,
  type LogRewound,
  refuse,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E, function as F, type io as IO, type task as T, taskEither as TE } from 'fp-ts'
import type { HandlersLate, UnknownHandler } from './HandlerRuntimeError.ts'
import { makeCommitter } from './internal/Committer.ts'
import { checkOptions } from './internal/checkOptions.ts'
import { makeFeed } from './internal/Feed.ts'
import { makeGroups } from './internal/Groups.ts'
import { makeHeart } from './internal/Heart.ts'
import { withLocalStops } from './internal/localStops.ts'
import { planOf, unionOf } from './internal/plans.ts'
import { sendsNothing } from './internal/sendsNothing.ts'
import { patience, timerMs } from './internal/sleep.ts'
import { soundClock } from './internal/soundClock.ts'
import { timely } from './internal/timely.ts'
import { makeWaiters } from './internal/Waiters.ts'
import { RuntimeLimits } from './RuntimeLimits.ts'
import type { RuntimeOptions } from './RuntimeOptions.ts'
import { RuntimeStatus } from './RuntimeStatus.ts'

/**
 * Runs handlers in this process, beside any number of others that run the same.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerRuntime {
  /**
   * Begins. Fails when the options cannot be, or the handlers cannot be registered; nothing runs then, and it may be called again. Of a runtime that runs it
   * changes nothing; one that was stopped does not begin again.
   */
  readonly start: TE.TaskEither<InvalidInput | StoreUnavailable, void>
  /**
   * Finishes what is under way and begins nothing else, writes the last checkpoints, gives up its leases. It ends whatever handlers or the store do: after
   * `grace` milliseconds the signals of handlers fire, and a second later they are not waited for any more; nor is a store, after one more lease: what it
   * would be told then, that our leases are free, it knows. The store stays open.
   */
  readonly stop: T.Task<void>
  /**
   * The status of all handlers: what the store knows, and what only this process can know, such as the loss of the
   * registration of one of its handlers (`stopped`, see `RegistrationLost`).
   */
  readonly status: TE.TaskEither<StoreUnavailable, RuntimeStatus>
  /**
   * Waits until all these handlers, in whatever process, have handled every event up to a position; at most `timeout`
   * milliseconds (10,000 when absent). `LogRewound` when the log was rewound behind a place that names its history.
   */
  readonly waitFor: (
    names: ReadonlyArray<string>,
    place: number | LogPlace,
    timeout?: number,
  ) => TE.TaskEither<HandlersLate | InvalidInput | LogRewound | StoreUnavailable, void>
  /**
   * Begins a new generation of a projection beside the one that serves, from where the handler began. It takes over
   * when it has everything that the serving generation has and none of its events is parked, whichever process notices
   * that. While a build is under way, nothing happens; a build that is stuck (it has parked events, or has stopped) is
   * replaced. Other handlers are refused: their effects would be done once more.
   */
  readonly rebuild: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /**
   * Lets the previous generation of a projection serve again: it catches up from where it was when it was replaced,
   * then the two generations swap in one step, so the position of what is read does not go back. Processes with its
   * version of the code do the work; when this process has another version, start one with the old code. A second call
   * swaps them again. `InvalidInput` when there is no previous generation: one is kept from each takeover to the next.
   */
  readonly rollBack: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /**
   * Ends what is under way for a projection: removes generations that are being built, of any version, and cancels a
   * rollback that has not happened. The serving generation goes on.
   */
  readonly abandon: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /** Looks for timers and wishes at once. Nobody needs to; tests do. */
  readonly look: IO.IO<void>
  /** How often the log was read for those that have caught up. */
  readonly feedReads: IO.IO<number>
}

/**
 * A runtime of handlers. Nothing runs before `start` is called.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeHandlerRuntime = (options: RuntimeOptions): HandlerRuntime => {
  const { handlers, dispatch = sendsNothing, random = Math.random } = options
  const clock = soundClock(options.clock ?? Date.now)
  const logger = Logger.safe(options.logger ?? Logger.silent)
  const limits = { ...RuntimeLimits.defaults, ...options.limits }
  const over = new AbortController()
  // One answer that is lost must not keep a partition idle for longer than two leases.
  const store = timely(options.store, limits.leaseTime / 2, over.signal)
  const plans = handlers.map((handler) => planOf(handler, dispatch))
  const member = EventId.source({ now: clock, random })()
  const feed = makeFeed({ ...limits, store, filter: unionOf(plans.map(({ filter }) => filter)), logger })
  const committer = makeCommitter(store)
  const heart = makeHeart({ ...limits, store, member, logger, members: () => groups.members() })
  const waiters = makeWaiters({ store, groups: () => groups, logger })
  let stopping: Promise<void> | undefined
  const groups = makeGroups({
    ...limits,
    plans,
    store,
    feed,
    committer,
    clock,
    logger,
    // Asked to stop, it begins nothing from that moment on, whatever it waits for.
    safe: () => stopping === undefined && heart.safe(),
    onProgress: () => waiters.progressed(),
    hurry: heart.hurry,
  })

  type Started = E.Either<InvalidInput | StoreUnavailable, void>
  let starting: Promise<Started> | undefined

  const start = async (): Promise<Started> => {
    const checked = checkOptions({ ...options, limits })
    if (E.isLeft(checked)) return checked
    const opened = await groups.open()
    // Asked to stop meanwhile: it is `stop` that closes what was opened.
    if (E.isLeft(opened) || stopping !== undefined) return opened
    feed.start()
    heart.start(groups.discover)
    return opened
  }

  const stop = async (): Promise<void> => {
    const late = setTimeout(() => over.abort(), timerMs(limits.grace + patience + limits.leaseTime))
    await starting
    await heart.stop()
    const all = groups.members()
    await groups.stop()
    await heart.leave(all)
    await feed.stop()
    waiters.stop()
    clearTimeout(late)
    // Whatever was asked and is not answered yet is not waited for, so that nothing of ours keeps the process alive.
    over.abort()
  }

  return {
    start: () => {
      if (stopping !== undefined)
        return Promise.resolve(refuse('runtime', 'has been stopped, and does not begin again'))
      starting ??= start().then((started) => {
        if (E.isLeft(started)) starting = undefined
        return started
      })
      return starting
    },
    stop: () => {
      stopping ??= stop()
      return stopping
    },
    status: F.pipe(
      RuntimeStatus.read(options.store, clock),
      TE.map((status) => withLocalStops(status, groups.localStops())),
    ),
    waitFor: waiters.waitFor,
    rebuild: groups.rebuild,
    rollBack: groups.rollBack,
    abandon: groups.abandon,
    look: () => {
      for (const one of groups.members()) one.look()
    },
    feedReads: feed.reads,
  }
}
