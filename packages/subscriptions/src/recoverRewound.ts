import type { EventStore, HandlerStore, InvalidInput, LogRewound, LogTail, StoreUnavailable } from '@foldlog/core'
import { type HandlerStatus, type PartitionRevision, rejectInput, storeUnavailable } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { EventRef } from './HandlerRewound.ts'
import { HandlerStop, type RewoundStop } from './HandlerStop.ts'
import { runSafely } from './internal/async/runSafely.ts'
import { sleep } from './internal/async/timers.ts'
import { type AnyHandler, definitionOf } from './internal/handlers/definitionOf.ts'
import { noDispatch } from './internal/handlers/noDispatch.ts'
import { eventRef, inOrder } from './internal/history/rewindDetection.ts'
import { heardByOf, isRewind, resumeAction } from './internal/partition/StopDocument.ts'

/**
 * What to recover: the store, and the handlers as the runtime has them. Handlers that are not stopped by a rewind are
 * not changed. `common` is the last position that is certain to be in both logs, for handlers for which that position
 * cannot be found. Checkpoints are set back to it only when they did not go back with the log. `patience` is how many
 * milliseconds to wait for processes that have not yet added the lost events that they have handled; 30,000 when
 * absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecoverOptions {
  readonly store: HandlerStore & Pick<EventStore, 'readLog' | 'findEvents'> & Pick<LogTail, 'verify'>
  readonly handlers: ReadonlyArray<AnyHandler>
  readonly common?: number
  /** Milliseconds to wait for processes that have not yet added their lost events; 30,000 when absent. */
  readonly patience?: number
}

/**
 * What `recoverRewound` did to a handler.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecoveredHandler {
  readonly name: string
  /**
   * `rebuilt`: a new generation is built from the beginning, because views were made from lost events. `resumed`: the
   * handler continues. `recoveredBefore`: this call has changed nothing, because the handler was recovered since the
   * call read its status: by another call, or by this one when the connection was lost and the request was sent again.
   * The other fields are what this call has found.
   */
  readonly outcome: 'resumed' | 'rebuilt' | 'recoveredBefore'
  /** The last position that the log shares with the log that was handled. */
  readonly common: number
  /** The handler continues behind this position. */
  readonly after: number
  /**
   * Events that were handled and are behind `common`: they may be gone. Their effects are done: mails are sent, and a
   * process manager has sent their commands. At most the last 1,000 of each process, and 10,000 of each partition to
   * whose stop they were added.
   */
  readonly lost: ReadonlyArray<EventRef>
  /**
   * Members of the consumer group that did not compare in time what they have handled: `lost` may be incomplete. Empty
   * when `lost` has the events of every live process.
   */
  readonly unreported: ReadonlyArray<string>
  /**
   * Events up to `common` that were handled and may be handled again. Effects are repeated; commands have the same ids
   * as before, so a dispatcher executes only the lost ones. Events that the store has recorded as handled beyond the
   * checkpoint are not handled again. At most the first 1,000.
   */
  readonly repeated: ReadonlyArray<EventRef>
  /** The number of all repeated events. */
  readonly repeats: number
}

/**
 * The result of {@link recoverRewound}.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecoveryReport {
  readonly handlers: ReadonlyArray<RecoveredHandler>
}

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/** A handler that is stopped because the log went back, with all its generations. */
interface RewoundHandler {
  readonly handler: AnyHandler
  readonly generations: ReadonlyArray<HandlerStatus>
  readonly stops: ReadonlyArray<RewoundStop>
}

const maxEvents = 1_000

/**
 * Updates a stop to the present log. The log may have gone back once more since the stop was written, and may have
 * other events up to `common`. A stop in the same database went back too, and is gone. A stop that is still there did
 * not go back with the log, and neither did the checkpoints.
 */
const asOfNow = async ({ store }: RecoverOptions, stop: RewoundStop): StorePromise<RewoundStop> => {
  if (stop.common === null) return E.right(stop)
  const verified = await runSafely(store.verify({ position: stop.common, history: stop.history ?? stop.current }))
  if (E.isRight(verified)) return E.right(stop)
  return verified.left._tag === 'LogRewound'
    ? E.right({ ...stop, history: null, common: verified.left.common })
    : E.left(verified.left)
}

/**
 * The members that have not left the group of a stopped handler. A member leaves when it has compared the stop with
 * what it has handled.
 */
const unreportedMembers = (generations: ReadonlyArray<HandlerStatus>): ReadonlyArray<string> =>
  generations
    .filter(({ stops }) => stops.some((stop) => stop.requestedAction !== resumeAction && isRewind(stop)))
    .flatMap(({ members }) => members.map(({ member }) => member))

/**
 * Whether every process has left. The store may not know a process yet: a restored log can be older than the process,
 * which is known again from its next heartbeat on.
 */
const isSettled = (generations: ReadonlyArray<HandlerStatus>): boolean =>
  unreportedMembers(generations).length === 0 &&
  generations.every(({ stops }) => stops.every((stop) => heardByOf(stop) <= Date.now()))

/** Milliseconds between two polls for processes that have not added their lost events. */
const pause = 100

/** Waits until every process has added the lost events that it has handled, for at most `patience`. */
const settled = async ({ store, handlers, patience = 30_000 }: RecoverOptions): StorePromise<void> => {
  for (const end = performance.now() + patience; ; ) {
    const all = await runSafely(store.handlerStatuses)
    if (E.isLeft(all)) return all
    const rewound = handlers
      .map(({ name }) => all.right.filter((status) => status.name === name))
      .filter((generations) => generations.some(({ stops }) => stops.some(isRewind)))
    const left = end - performance.now()
    if (rewound.every(isSettled) || left <= 0) return E.right(undefined)
    await sleep(Math.min(left, pause))
  }
}

const rewoundHandlers = async (
  options: RecoverOptions,
  handler: AnyHandler,
  all: ReadonlyArray<HandlerStatus>,
): StorePromise<RewoundHandler | undefined> => {
  const generations = all.filter(({ name }) => name === handler.name)
  const stops: Array<RewoundStop> = []
  for (const stop of generations.flatMap((one) => one.stops)) {
    const rewound = HandlerStop.parse(stop)?.rewound ?? null
    if (rewound === null) continue
    const now = await asOfNow(options, rewound)
    if (E.isLeft(now)) return now
    stops.push(now.right)
  }
  return E.right(stops.length === 0 ? undefined : { handler, generations, stops })
}

/**
 * The last position that the old log and this one are known to share: known from the histories, from the caller, or
 * from events that are still at their positions.
 */
const findCommonPosition = async (
  { store, common }: RecoverOptions,
  { handler, stops }: RewoundHandler,
): StorePromise<number> => {
  const known = stops.flatMap((stop) => (stop.common === null ? [] : [stop.common]))
  if (known.length === stops.length) return E.right(Math.min(...known))
  // The logs are the same for all partitions: what is known for one of them holds for the others.
  if (common !== undefined || known.length > 0)
    return E.right(Math.min(...(common === undefined ? [] : [common]), ...known))
  const events = inOrder(stops.flatMap(({ lost }) => lost)).slice(-maxEvents)
  const found = await runSafely(store.findEvents(events.map(({ id }) => id)))
  if (E.isLeft(found)) return found
  const positionOf = new Map(found.right.map(({ id, position }) => [id, position]))
  const fits = events.filter(({ id, position }) => positionOf.get(id) === position)
  const last = fits.at(-1)
  return last === undefined
    ? rejectInput(
        'common',
        `is unknown for ${handler.name}: pass the last position certain to be in both logs (0 is valid, and repeats everything)`,
      )
    : E.right(Math.min(last.position, ...known))
}

/**
 * Whether the checkpoints went back with the log, together with what was stored for the events before them. A
 * checkpoint that did not go back stops its handler by its anchor, which has no history.
 */
const checkpointsWentBack = ({ stops }: RewoundHandler): boolean => stops.every(({ history }) => history !== null)

/**
 * The position that no checkpoint may be beyond. Setting back a checkpoint that went back with the log would handle
 * events twice, even when `common` is before it: an old position that a process remembers shares less with the log than
 * the checkpoint does.
 */
const maxCheckpoint = (common: number, stopped: RewoundHandler, checkpoints: ReadonlyArray<number>): number =>
  checkpointsWentBack(stopped) ? Math.max(common, ...checkpoints) : common

/**
 * The position to set the checkpoints back to. No checkpoint is beyond the largest integer: when the checkpoints went
 * back with the log, they stay, with the records of what is handled beyond them and the parked events, and only the
 * stops are removed.
 */
const setBackTo = (limit: number, stopped: RewoundHandler): number =>
  checkpointsWentBack(stopped) ? Number.MAX_SAFE_INTEGER : limit

/** Reads the events of a handler between two positions: counts all of them, and lists the first. */
const repeatedBetween = async (
  { store }: RecoverOptions,
  handler: AnyHandler,
  from: number,
  to: number,
): StorePromise<Pick<RecoveredHandler, 'repeated' | 'repeats'>> => {
  const { filter } = definitionOf(handler, noDispatch)
  const repeated: Array<EventRef> = []
  let repeats = 0
  for (let after = from; after < to; ) {
    const page = await runSafely(store.readLog({ after, filter }))
    if (E.isLeft(page)) return page.left._tag === 'LogRewound' ? rewoundAgain(page.left) : E.left(page.left)
    const events = page.right.events.filter(({ position }) => position <= to)
    repeats += events.length
    repeated.push(...events.slice(0, maxEvents - repeated.length).map(eventRef))
    if (page.right.end || page.right.position <= after) break
    after = page.right.position
  }
  return E.right({ repeated, repeats })
}

const rewoundAgain = ({ position, current }: LogRewound): E.Either<InvalidInput, never> =>
  rejectInput('common', `is ${position}, and history ${current} of the log ends before it: it went back again`)

const recoverOne = async (options: RecoverOptions, stopped: RewoundHandler): StorePromise<RecoveredHandler> => {
  const { store } = options
  const { handler, generations, stops } = stopped
  const { name } = handler
  const found = await findCommonPosition(options, stopped)
  if (E.isLeft(found)) return found
  const common = found.right
  const positions = generations.flatMap(({ partitions }) => partitions.map(({ position }) => position))
  const limit = maxCheckpoint(common, stopped, positions)
  const after = Math.min(limit, ...positions)
  // Events behind the common position that are there now were not handled: what was handled there is in `lost`.
  const done = Math.min(common, Math.max(0, ...stops.map(({ position }) => position)))
  const repeated = await repeatedBetween(options, handler, after, done)
  if (E.isLeft(repeated)) return repeated

  const lost = inOrder(stops.flatMap((stop) => stop.lost)).filter(({ position }) => position > common)
  // A checkpoint that went back with the log is before every lost event: readers do not pass an open transaction. When
  // no history shows what both logs share, not all events of a stop are lost. A projection does nothing beyond its
  // checkpoint.
  const [first] = inOrder(stops.flatMap((stop) => (stop.common === null ? [] : stop.lost)))
  const isFromLost = (position: number) => position > limit || (first !== undefined && position >= first.position)
  const rebuilds = positions.some(isFromLost) && handler._tag === 'Projection'
  // The rebuild begins first: if this call breaks off here, the handler is still stopped, and the next call does the
  // rest.
  if (rebuilds) {
    const newest = generations.reduce((last, one) => (one.generation > last.generation ? one : last))
    const { partitions } = newest
    // A call that broke off, or a concurrent one, has begun the rebuild.
    const isBegun = newest.role === 'building' && !partitions.some(({ position }) => isFromLost(position))
    const next = { name, generation: newest.generation + 1, partitions: partitions.length, start: 0 }
    const begun = isBegun ? E.right(undefined) : await runSafely(store.register(next))
    if (E.isLeft(begun)) return begun
  }
  const set = await runSafely(
    store.resetCheckpoints({ name, position: setBackTo(limit, stopped), partitions: revisionsOf(generations) }),
  )
  if (E.isLeft(set)) return set
  const outcome = set.right === 'changed' ? 'recoveredBefore' : rebuilds ? 'rebuilt' : 'resumed'
  return E.right({
    name,
    outcome,
    common,
    after: rebuilds ? 0 : after,
    lost,
    unreported: unreportedMembers(generations),
    ...repeated.right,
  })
}

const revisionsOf = (generations: ReadonlyArray<HandlerStatus>): ReadonlyArray<PartitionRevision> =>
  generations.flatMap(({ generation, partitions }) =>
    partitions.map(({ partition, epoch, revision }) => ({ generation, partition, epoch, revision })),
  )

/** Maximum number of attempts for a handler whose status changes between the read and the reset. */
const maxTries = 100

/** `undefined` when the handler is not stopped. */
const recover = async (options: RecoverOptions, handler: AnyHandler): StorePromise<RecoveredHandler | undefined> => {
  let before: RecoveredHandler | undefined
  for (let tries = 0; tries < maxTries; tries++) {
    const all = await runSafely(options.store.handlerStatuses)
    if (E.isLeft(all)) return all
    const stopped = await rewoundHandlers(options, handler, all.right)
    if (E.isLeft(stopped)) return stopped
    if (stopped.right === undefined) return E.right(before)
    const recovered = await recoverOne(options, stopped.right)
    if (E.isLeft(recovered) || recovered.right.outcome !== 'recoveredBefore') return recovered
    // Perhaps only a lease has changed: then the handler is still stopped.
    before = recovered.right
  }
  return E.left(storeUnavailable(`${handler.name} changed before each attempt to set it back`, true, undefined))
}

/**
 * Resumes handlers after the log went back. Every handler that was stopped by that is set back to the last position
 * that the log shares with the log that it has handled, and continues there. Processes that run it notice this with
 * their next heartbeat. A projection whose views were made from lost events is rebuilt. The report lists the events
 * that may be gone although their effects are done, and the events that are handled again.
 *
 * It waits until every process that runs such a handler has compared what it has handled, so that the report has the
 * lost events of all of them; `patience` limits that.
 *
 * It may be called again: a handler that is already running is not in the report. `InvalidInput` when the shared
 * position cannot be found; then pass `common`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const recoverRewound =
  (options: RecoverOptions): TE.TaskEither<InvalidInput | StoreUnavailable, RecoveryReport> =>
  async () => {
    const waited = await settled(options)
    if (E.isLeft(waited)) return waited
    const handlers: Array<RecoveredHandler> = []
    for (const handler of options.handlers) {
      const recovered = await recover(options, handler)
      if (E.isLeft(recovered)) return recovered
      if (recovered.right !== undefined) handlers.push(recovered.right)
    }
    return E.right({ handlers })
  }
