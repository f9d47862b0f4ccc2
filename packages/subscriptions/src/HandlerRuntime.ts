import {
  type AbortSignalLike,
  EventId,
  type InvalidInput,
  Logger,
  type LogPosition,
  type LogRewound,
  rejectInput,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E, function as F, type task as T, taskEither as TE } from 'fp-ts'
import type { HandlersTimedOut, UnknownHandler } from './HandlerRuntimeError.ts'
import { safeClock } from './internal/async/safeClock.ts'
import { withDeadlines } from './internal/async/storeDeadlines.ts'
import { abandonAfter, clampTimeout } from './internal/async/timers.ts'
import { checkRuntimeOptions } from './internal/checkRuntimeOptions.ts'
import { makeConsumerGroups } from './internal/group/ConsumerGroups.ts'
import { makeHandlerWaits } from './internal/group/HandlerWaits.ts'
import { makeHeartbeatLoop } from './internal/group/HeartbeatLoop.ts'
import { withLocalStops } from './internal/group/LocalStop.ts'
import { definitionOf, unionOf } from './internal/handlers/definitionOf.ts'
import { noDispatch } from './internal/handlers/noDispatch.ts'
import { makeCommitBatcher } from './internal/partition/CommitBatcher.ts'
import { makeLiveFeed } from './internal/reading/LiveFeed.ts'
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
   * `stopTimeout` milliseconds the signals of handlers fire, and a second later they are not waited for any more; nor is a store, after one more lease: what it
   * would be told then, that our leases are free, it knows. The store stays open.
   */
  readonly stop: T.Task<void>
  /**
   * Runs the handlers until the signal aborts: starts, waits, and stops. Ends at once with the error of `start` when
   * nothing can run, and otherwise when everything has stopped. A signal that has aborted already starts nothing. Give
   * it the signal that your program aborts on SIGTERM.
   */
  readonly run: (signal: AbortSignalLike) => TE.TaskEither<InvalidInput | StoreUnavailable, void>
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
    place: number | LogPosition,
    timeout?: number,
  ) => TE.TaskEither<HandlersTimedOut | InvalidInput | LogRewound | StoreUnavailable, void>
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
}

/**
 * A runtime of handlers. Nothing runs before `start` is called.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeHandlerRuntime = (options: RuntimeOptions): HandlerRuntime => {
  const { handlers, dispatch = noDispatch, random = Math.random } = options
  const clock = safeClock(options.clock ?? Date.now)
  const logger = Logger.safe(options.logger ?? Logger.silent)
  const limits = { ...RuntimeLimits.defaults, ...options.limits }
  const closed = new AbortController()
  // One answer that is lost must not keep a partition idle for longer than two leases.
  const store = withDeadlines(options.store, limits.leaseTime / 2, closed.signal)
  const definitions = handlers.map((handler) => definitionOf(handler, dispatch))
  const member = EventId.source({ now: clock, random })()
  const feed = makeLiveFeed({ ...limits, store, filter: unionOf(definitions.map(({ filter }) => filter)), logger })
  const commitBatcher = makeCommitBatcher(store)
  const heartbeats = makeHeartbeatLoop({ ...limits, store, member, logger, members: () => groups.members() })
  const waits = makeHandlerWaits({ store, groups: () => groups, logger })
  let stopping: Promise<void> | undefined
  const groups = makeConsumerGroups({
    ...limits,
    definitions,
    store,
    feed,
    commitBatcher,
    clock,
    logger,
    // Asked to stop, it begins nothing from that moment on, whatever it waits for.
    isLeaseValid: () => stopping === undefined && heartbeats.isLeaseValid(),
    onProgress: () => waits.onProgress(),
    requestHeartbeat: heartbeats.requestHeartbeat,
  })

  type Started = E.Either<InvalidInput | StoreUnavailable, void>
  let starting: Promise<Started> | undefined

  const start = async (): Promise<Started> => {
    const checked = checkRuntimeOptions({ ...options, limits })
    if (E.isLeft(checked)) return checked
    const opened = await groups.open()
    // Asked to stop meanwhile: it is `stop` that closes what was opened.
    if (E.isLeft(opened) || stopping !== undefined) return opened
    feed.start()
    heartbeats.start(groups.syncGenerations)
    return opened
  }

  const stop = async (): Promise<void> => {
    const deadline = setTimeout(
      () => closed.abort(),
      clampTimeout(limits.stopTimeout + abandonAfter + limits.leaseTime),
    )
    await starting
    await heartbeats.stop()
    const all = groups.members()
    await groups.stop()
    await heartbeats.leave(all)
    await feed.stop()
    waits.stop()
    clearTimeout(deadline)
    // Whatever was asked and is not answered yet is not waited for, so that nothing of ours keeps the process alive.
    closed.abort()
  }

  const startOnce = (): Promise<Started> => {
    if (stopping !== undefined)
      return Promise.resolve(rejectInput('runtime', 'has been stopped, and does not begin again'))
    starting ??= start().then((started) => {
      if (E.isLeft(started)) starting = undefined
      return started
    })
    return starting
  }

  let endRun = (): void => {}
  const stopAsked = new Promise<void>((resolve) => {
    endRun = resolve
  })

  const stopOnce = (): Promise<void> => {
    endRun()
    stopping ??= stop()
    return stopping
  }

  const run = async (signal: AbortSignalLike): Promise<Started> => {
    if (!signal.aborted) {
      // Before the start, which may take long: the signal may abort meanwhile.
      signal.addEventListener('abort', endRun)
      const started = await startOnce()
      if (E.isRight(started)) await stopAsked
      signal.removeEventListener('abort', endRun)
      if (E.isLeft(started)) return started
    }
    await stopOnce()
    return E.right(undefined)
  }

  return {
    start: startOnce,
    stop: stopOnce,
    run: (signal) => () => run(signal),
    status: F.pipe(
      RuntimeStatus.read(options.store, clock),
      TE.map((status) => withLocalStops(status, groups.localStops())),
    ),
    waitFor: waits.waitFor,
    rebuild: groups.rebuild,
    rollBack: groups.rollBack,
    abandon: groups.abandon,
  }
}
