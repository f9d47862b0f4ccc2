import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { type HandlerStatus, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { HandlerStop, type RewoundStop } from '../../HandlerStop.ts'
import type { RecoverOptions } from '../../RecoveryReport.ts'
import type { AnyHandler } from '../../RuntimeOptions.ts'
import { runSafely } from '../async/runSafely.ts'
import { inOrder } from '../history/rewindDetection.ts'

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/** A handler that is stopped because the log went back, with all its generations. */
export interface RewoundHandler {
  readonly handler: AnyHandler
  readonly generations: ReadonlyArray<HandlerStatus>
  readonly stops: ReadonlyArray<RewoundStop>
}

/** Maximum number of events whose positions are compared. */
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

/** A handler with its stops as of now; `undefined` when it is not stopped because the log went back. */
export const rewoundHandler = async (
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
export const findCommonPosition = async (
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
export const maxCheckpoint = (common: number, stopped: RewoundHandler, checkpoints: ReadonlyArray<number>): number =>
  checkpointsWentBack(stopped) ? Math.max(common, ...checkpoints) : common

/**
 * The position to set the checkpoints back to. No checkpoint is beyond the largest integer: when the checkpoints went
 * back with the log, they stay, with the records of what is handled beyond them and the parked events, and only the
 * stops are removed.
 */
export const setBackTo = (limit: number, stopped: RewoundHandler): number =>
  checkpointsWentBack(stopped) ? Number.MAX_SAFE_INTEGER : limit
