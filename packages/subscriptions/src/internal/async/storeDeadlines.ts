import type { EventStore, HandlerStore, LogTail, StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { allowManyListeners } from './allowManyListeners.ts'
import { runSafely } from './runSafely.ts'
import { withTimeout } from './withTimeout.ts'

/** The part of a store that a runtime uses. */
export type RuntimeStore = EventStore & LogTail & HandlerStore

/** Maximum timeout of a request, in milliseconds. */
const maxTimeout = 60_000

const noAnswer = (why: string) => E.left(storeUnavailable(why, true, undefined))

/** Stops waiting for the answer as soon as `signal` fires. */
const untilAborted =
  (signal: AbortSignal) =>
  <L, A>(task: TE.TaskEither<L, A>): TE.TaskEither<L | StoreUnavailable, A> =>
  async () =>
    (await withTimeout(Number.POSITIVE_INFINITY, runSafely(task), signal)) ?? noAnswer('no answer before the stop')

/**
 * Abandons a request without an answer within the timeout, so that it is retried: the answer may be lost for good, with
 * a half-open connection, and a partition must not wait for it as long as the store would. Each timeout doubles the
 * next one: a store that is slow, but answers, gets its time.
 */
const withGrowingTimeout = (ms: number, signal: AbortSignal) => {
  let timeout = ms
  return <L, A>(task: TE.TaskEither<L, A>): TE.TaskEither<L | StoreUnavailable, A> =>
    async () => {
      const limit = timeout
      const answer = await withTimeout(limit, runSafely(task), signal)
      timeout = answer === undefined ? Math.min(maxTimeout, limit * 2) : ms
      return answer ?? noAnswer(`no answer within ${limit} ms`)
    }
}

/**
 * Adds deadlines to a store: the operations that a partition waits for fail after `ms` milliseconds without an answer.
 * All of them may be repeated; commits are recognized by their revisions. Heartbeats have no deadline: the loop sends
 * another one beside the one that it waits for.
 *
 * When `closed` fires, no operation is waited for any more: a stop must not depend on a store that never answers.
 */
export const withDeadlines = (store: RuntimeStore, ms: number, closed: AbortSignal): RuntimeStore => {
  // As many requests listen to it as there are.
  allowManyListeners(closed)
  const timed = <I extends ReadonlyArray<unknown>, L, A>(task: (...input: I) => TE.TaskEither<L, A>) => {
    const inTime = withGrowingTimeout(ms, closed)
    // Called within the promise: a store that throws before it returns a promise counts as unavailable.
    return (...input: I) => inTime(() => task(...input)())
  }
  const untilClosed = untilAborted(closed)
  return {
    ...store,
    readLog: timed(store.readLog),
    release: timed(store.release),
    commit: timed(store.commit),
    getDocuments: timed(store.getDocuments),
    listDocuments: timed(store.listDocuments),
    dueDocuments: timed(store.dueDocuments),
    generations: withGrowingTimeout(ms, closed)(store.generations),
    handlerStatuses: withGrowingTimeout(ms, closed)(store.handlerStatuses),
    settledPosition: untilClosed(store.settledPosition),
    history: untilClosed(store.history),
    verify: timed(store.verify),
    findEvents: timed(store.findEvents),
    heartbeat: (heartbeats) => untilClosed(() => store.heartbeat(heartbeats)()),
    register: (handler) => untilClosed(() => store.register(handler)()),
    promote: (handler) => untilClosed(() => store.promote(handler)()),
    rollBack: (handler) => untilClosed(() => store.rollBack(handler)()),
    retire: (handler) => untilClosed(() => store.retire(handler)()),
    remove: (name) => untilClosed(() => store.remove(name)()),
    rename: (name, newName) => untilClosed(() => store.rename(name, newName)()),
    reset: (handler) => untilClosed(() => store.reset(handler)()),
    findParked: timed(store.findParked),
    checkpoints: (names) => untilClosed(() => store.checkpoints(names)()),
  }
}
