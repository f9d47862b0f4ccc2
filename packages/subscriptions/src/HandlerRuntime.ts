import {
  type AbortSignalLike,
  type AwaitedPlace,
  Clock,
  EventId,
  type HandlerInUse,
  type HandlerMismatch,
  type HandlerRemoval,
  type HandlerStore,
  type InvalidInput,
  Logger,
  type LogRewound,
  type StoreUnavailable,
} from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E, function as F, type task as T, taskEither as TE } from 'fp-ts'
import type { EventsParked, HandlersNotRunning, HandlersTimedOut, UnknownHandler } from './HandlerRuntimeError.ts'
import { withDeadlines } from './internal/async/storeDeadlines.ts'
import { clampTimeout } from './internal/async/timers.ts'
import { abandonAfter } from './internal/async/withTimeout.ts'
import { checkRuntimeOptions } from './internal/checkRuntimeOptions.ts'
import { makeConsumerGroups } from './internal/group/ConsumerGroups.ts'
import { makeHandlerWaits } from './internal/group/HandlerWaits.ts'
import { withLocalStops } from './internal/group/LocalStop.ts'
import { definitionsOf, unionOf } from './internal/handlers/definitionOf.ts'
import { optionProblems } from './internal/handlers/handlerProblems.ts'
import { makeHeartbeatLoop } from './internal/membership/HeartbeatLoop.ts'
import { makeCommitBatcher } from './internal/partition/CommitBatcher.ts'
import { makeLiveFeed } from './internal/reading/LiveFeed.ts'
import { makeOpenAppendWatch } from './internal/reading/OpenAppendWatch.ts'
import { refusedRuntime } from './internal/refusedRuntime.ts'
import { runUntilAborted, type Started } from './internal/runUntilAborted.ts'
import { makeViewIndexLoop } from './internal/views/viewIndexes.ts'
import { RuntimeLimits } from './RuntimeLimits.ts'
import type { AnyHandler, RuntimeOptions } from './RuntimeOptions.ts'
import { RuntimeStatus } from './RuntimeStatus.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * Runs handlers in this process. Any number of processes may run the same handlers.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerRuntime {
  /**
   * Starts the handlers. Fails when an option is invalid or a handler cannot be registered: then nothing runs, and
   * `start` may be called again. `HandlerMismatch`: the code of a handler does not fit what is stored under its name.
   * It does nothing when the runtime is running. A stopped runtime does not start again.
   */
  readonly start: TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable, void>
  /**
   * Finishes the work in flight, starts no other, writes the last checkpoints and releases the leases. The store stays
   * open.
   *
   * It always ends: after `stopTimeout` milliseconds the signals of the handlers fire; 1 second later handlers are
   * abandoned; one lease later the store is too, because the leases have expired by then.
   */
  readonly stop: T.Task<void>
  /**
   * Runs the handlers until the signal aborts: starts, waits, and stops. Ends at once with the error of `start` when
   * nothing can run, and otherwise when everything has stopped. A signal that has aborted already starts nothing. Give
   * it the signal that your program aborts on SIGTERM.
   */
  readonly run: (signal: AbortSignalLike) => TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable, void>
  /**
   * The status of all handlers: what the store knows, and what only this process can know, such as the loss of the
   * registration of one of its handlers (`stopped`, see `RegistrationLost`).
   */
  readonly status: TE.TaskEither<StoreUnavailable, RuntimeStatus>
  /**
   * Waits until all these handlers, in any process, have handled every event up to a position; at most `timeout`
   * milliseconds (10,000 when absent).
   *
   * `EventsParked` when a handler has parked one of the `events` of the place, so its views lack that event. An event
   * counts as handled when the policy skips it, when it was discarded, or when the place does not name it.
   * `UnknownHandler`, at once, for a name that no process has registered. `HandlersNotRunning`, after half a second,
   * when a handler is stopped or no process runs it. `LogRewound` when the log went back before a position that is
   * given with its history.
   */
  readonly waitFor: (
    names: ReadonlyArray<string>,
    place: number | AwaitedPlace,
    timeout?: number,
  ) => TE.TaskEither<
    | EventsParked
    | HandlersNotRunning
    | HandlersTimedOut
    | InvalidInput
    | LogRewound
    | StoreUnavailable
    | UnknownHandler,
    void
  >
  /**
   * Starts a new generation of a projection beside the serving one, from where the handler began. It takes over as soon
   * as it has every event that the serving generation has and none of its events is parked; any process may do that.
   * During a build, the call does nothing; a build that is stuck (it has parked events, or is stopped) is replaced.
   * Other kinds of handlers are rejected, because their effects would be repeated.
   */
  readonly rebuild: (
    name: string,
  ) => TE.TaskEither<UnknownHandler | HandlerMismatch | InvalidInput | StoreUnavailable, void>
  /**
   * Makes the previous generation of a projection serve again. It catches up from where it was replaced, then the two
   * generations swap in one step, so that the position of the views does not go back. Processes with its version of the
   * code do the work; when this process has another version, start one with the old code. A second call swaps them
   * again. `InvalidInput` when there is no previous generation: one is kept from each takeover to the next.
   */
  readonly rollBack: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /**
   * Ends a build or a rollback of a projection: removes the generations that are being built, of any version, and
   * cancels a rollback that has not happened yet. The serving generation continues.
   */
  readonly abandon: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /**
   * Removes a handler that no process runs any more: its checkpoints, views, states, timers, unsent commands and parked
   * events, which the answer counts. A handler that is started under the name later begins at its start.
   *
   * `HandlerInUse` while a process works on it. `InvalidInput` for an unknown handler or an open inline projection.
   */
  readonly remove: HandlerStore['remove']
  /**
   * Gives a handler another name, in one step: nothing is lost, and nothing is handled again. Start code with the new
   * name afterwards. The errors are those of `remove`, and `InvalidInput` when the other name is taken.
   */
  readonly rename: HandlerStore['rename']
  /**
   * Removes a handler, and creates it with the code of this runtime, from `start` on (its own when absent). It handles
   * later events again, with their effects. Call it before `start` of the runtime.
   */
  readonly reset: (
    name: string,
    start?: StartFrom,
  ) => TE.TaskEither<UnknownHandler | HandlerInUse | InvalidInput | StoreUnavailable, HandlerRemoval>
}

const makeRuntime = <Handlers extends ReadonlyArray<AnyHandler>>(options: RuntimeOptions<Handlers>): HandlerRuntime => {
  const clock = Clock.safe(options.clock ?? Date.now)
  const logger = Logger.safe(options.logger ?? Logger.silent)
  // Invalid limits are the error of `start`.
  const checkedLimits = RuntimeLimits.check(options.limits)
  const limits = E.isRight(checkedLimits) ? checkedLimits.right : RuntimeLimits.defaults
  const closed = new AbortController()
  // A single lost response must not keep a partition idle for longer than two leases.
  const store = withDeadlines(options.store, limits.leaseTime / 2, closed.signal)
  const definitions = definitionsOf(options)
  const member = EventId.uniqueSource({ now: clock, random: options.random ?? Math.random })()
  const feed = makeLiveFeed({ ...limits, store, filter: unionOf(definitions.map(({ filter }) => filter)), logger })
  const commitBatcher = makeCommitBatcher(store)
  const heartbeats = makeHeartbeatLoop({ ...limits, store, member, logger, members: () => groups.members() })
  const waits = makeHandlerWaits({ store, groups: () => groups, logger })
  const openAppendWatch = makeOpenAppendWatch({ ...limits, store: options.store, clock, logger })
  const viewIndexes = makeViewIndexLoop({ ...options, logger })
  let [starting, stopping]: [Promise<Started>?, Promise<void>?] = []
  const groups = makeConsumerGroups({
    ...limits,
    member,
    definitions,
    store,
    feed,
    commitBatcher,
    clock,
    logger,
    // From the call of `stop` on, nothing new begins.
    isLeaseValid: () => stopping === undefined && heartbeats.isLeaseValid(),
    onProgress: () => waits.onProgress(),
    requestHeartbeat: heartbeats.requestHeartbeat,
  })

  const start = async (): Promise<Started> => {
    const checked = E.isLeft(checkedLimits) ? checkedLimits : checkRuntimeOptions(options)
    if (E.isLeft(checked)) return checked
    const opened = await groups.open()
    // `stop` was called meanwhile: it closes what was opened.
    if (E.isLeft(opened) || stopping !== undefined) return opened
    feed.start()
    openAppendWatch.start()
    viewIndexes.start()
    heartbeats.start(groups.syncGenerations)
    return opened
  }

  const stop = async (): Promise<void> => {
    const deadline = setTimeout(
      () => closed.abort(),
      clampTimeout(limits.stopTimeout + abandonAfter + limits.leaseTime),
    )
    await starting
    openAppendWatch.stop()
    await Promise.all([viewIndexes.stop(), heartbeats.stop()])
    const all = groups.members()
    await groups.stop()
    await heartbeats.leave(all)
    await feed.stop()
    waits.stop()
    clearTimeout(deadline)
    // Requests without a response yet are abandoned, so that none of them keeps the process alive.
    closed.abort()
  }

  const startOnce = (): Promise<Started> => {
    if (stopping !== undefined) return Promise.resolve(rejectInput('runtime', 'is stopped, and does not start again'))
    starting ??= start().then((started) => {
      if (E.isLeft(started)) starting = undefined
      return started
    })
    return starting
  }

  let onStop = (): void => {}
  const stopped = new Promise<void>((resolve) => {
    onStop = resolve
  })

  const stopOnce = (): Promise<void> => {
    onStop()
    stopping ??= stop()
    return stopping
  }

  return {
    start: startOnce,
    stop: stopOnce,
    run: (signal) => () => runUntilAborted(signal, startOnce, stopOnce, stopped),
    status: F.pipe(RuntimeStatus.read(options.store, clock), TE.map(withLocalStops(groups.localStops))),
    waitFor: waits.waitFor,
    rebuild: groups.rebuild,
    rollBack: groups.rollBack,
    abandon: groups.abandon,
    remove: groups.remove,
    rename: groups.rename,
    reset: groups.reset,
  }
}

/**
 * Makes a runtime of handlers. Nothing runs before `start` is called. With a process manager among the handlers,
 * `dispatch` must be there, and take its commands: a dispatcher that lacks one of them does not compile.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeHandlerRuntime = <const Handlers extends ReadonlyArray<AnyHandler>>(
  options: RuntimeOptions<Handlers>,
): HandlerRuntime => {
  const [wrong] = optionProblems('handlers', options)
  return wrong === undefined ? makeRuntime(options) : refusedRuntime(wrong)
}
