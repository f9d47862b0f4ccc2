import {
  type Clock,
  EventId,
  type EventStore,
  type HandlerStatus,
  type HandlerStore,
  type InvalidInput,
  Logger,
  type LogTail,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E, type io as IO, type task as T, type taskEither as TE } from 'fp-ts'
import type { AnyEventHandler } from './EventHandler.ts'
import type { HandlersLate, UnknownHandler } from './HandlerRuntimeError.ts'
import { ask } from './internal/asking.ts'
import { makeCommitter } from './internal/Committer.ts'
import { makeFeed } from './internal/Feed.ts'
import { makeGroups } from './internal/Groups.ts'
import { makeHeart } from './internal/Heart.ts'
import { planOf, unionOf } from './internal/plans.ts'
import { makeWaiters } from './internal/Waiters.ts'
import type { AnyProcessManager } from './ProcessManager.ts'
import type { AnyProjection } from './Projection.ts'
import type { Send } from './Send.ts'
import type { AnyTransactionalHandler } from './TransactionalHandler.ts'

/**
 * The bounds of a runtime, each in milliseconds or pieces: how long a lease lasts without a heartbeat (10,000 when absent; heartbeats come three times as
 * often), how often the log is looked at when nobody says that there is something new (1,000), after what time an advance over events of others is
 * committed (200), events in a page of a read (1,000), events in a turn of a partition (500).
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeLimits {
  readonly leaseTime: number
  readonly poll: number
  readonly idleCommit: number
  readonly pageSize: number
  readonly batch: number
}

/**
 * What a runtime is made of: a store, handlers, and for process managers a way to send commands, such as a dispatcher's `dispatch`.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeOptions {
  readonly store: EventStore & LogTail & HandlerStore
  readonly handlers: ReadonlyArray<AnyEventHandler | AnyProjection | AnyTransactionalHandler | AnyProcessManager>
  readonly dispatch?: Send
  readonly limits?: Partial<RuntimeLimits>
  readonly clock?: Clock
  readonly random?: IO.IO<number>
  readonly logger?: Logger
}

/**
 * How all handlers are, whatever process runs them: the position up to which the log is settled, and each generation of each handler.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeStatus {
  readonly head: number
  readonly handlers: ReadonlyArray<HandlerStatus>
}

/**
 * Runs handlers in this process, beside any number of others that run the same.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerRuntime {
  /** Begins. Fails when the handlers cannot be registered, and nothing runs then. */
  readonly start: TE.TaskEither<InvalidInput | StoreUnavailable, void>
  /** Ends what is under way, writes the last checkpoints, gives up its leases. The store stays open. */
  readonly stop: T.Task<void>
  readonly status: TE.TaskEither<StoreUnavailable, RuntimeStatus>
  /**
   * Waits until all these handlers, in whatever process, have handled every event up to a position; at most `timeout` milliseconds (10,000 when absent).
   */
  readonly waitFor: (
    names: ReadonlyArray<string>,
    position: number,
    timeout?: number,
  ) => TE.TaskEither<HandlersLate | InvalidInput | StoreUnavailable, void>
  /** Begins a new generation of a handler beside the one that serves. It takes over when it has caught up, whatever process sees that. */
  readonly rebuild: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /** Looks for timers and wishes at once. Nobody needs to; tests do. */
  readonly look: IO.IO<void>
  /** How often the log was read for those that have caught up. */
  readonly feedReads: IO.IO<number>
}

const nobodySends: Send =
  ({ type }) =>
  async () =>
    E.left({ _tag: 'NoDispatch', type })

/**
 * A runtime of handlers. Nothing runs before `start` is called.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeHandlerRuntime = (options: RuntimeOptions): HandlerRuntime => {
  const {
    store,
    handlers,
    dispatch = nobodySends,
    clock = Date.now,
    random = Math.random,
    logger = Logger.silent,
  } = options
  const { leaseTime = 10_000, poll = 1_000, idleCommit = 200, pageSize = 1_000, batch = 500 } = options.limits ?? {}
  const plans = handlers.map((handler) => planOf(handler, dispatch))
  const member = EventId.source({ now: clock, random })()
  const feed = makeFeed({ store, filter: unionOf(plans.map(({ filter }) => filter)), pageSize, poll, logger })
  const committer = makeCommitter(store)
  const heart = makeHeart({ store, member, leaseTime, logger, members: () => groups.members() })
  const waiters = makeWaiters({ store, groups: () => groups, logger })
  const groups = makeGroups({
    plans,
    store,
    feed,
    committer,
    clock,
    logger,
    pageSize,
    batch,
    idleCommit,
    onProgress: () => waiters.progressed(),
    hurry: heart.hurry,
  })

  return {
    start: async () => {
      const opened = await groups.open()
      if (E.isLeft(opened)) return opened
      heart.start(groups.discover)
      return opened
    },
    stop: async () => {
      await heart.stop()
      await groups.stop()
      await feed.stop()
      waiters.stop()
    },
    status: async () => {
      const [head, all] = await Promise.all([ask(store.head), ask(store.handlers)])
      if (E.isLeft(head)) return head
      return E.isLeft(all) ? all : E.right({ head: head.right, handlers: all.right })
    },
    waitFor: waiters.waitFor,
    rebuild: groups.rebuild,
    look: () => {
      for (const one of groups.members()) one.look()
    },
    feedReads: feed.reads,
  }
}
