import {
  type AwaitedPlace,
  type EventId,
  type HistoryId,
  type InvalidInput,
  LogPosition,
  type LogRewound,
  type LogTail,
  type StoreUnavailable,
} from '@foldlog/core'
import { HandlerStoreInput, NumberOption, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { EventsParked, HandlersNotRunning, HandlersTimedOut, UnknownHandler } from '../../HandlerRuntimeError.ts'
import { runSafely } from '../async/runSafely.ts'
import { clampTimeout } from '../async/timers.ts'
import { handlersTimedOut } from './waitErrors.ts'

export type WaitError =
  | EventsParked
  | HandlersNotRunning
  | HandlersTimedOut
  | InvalidInput
  | LogRewound
  | StoreUnavailable
  | UnknownHandler

/** A caller that waits for handlers; `names` are those that have not reached the position. */
export interface HandlerWait {
  readonly names: Set<string>
  /** Handlers that have reached the position and have parked events, which may be awaited. */
  readonly parking: Set<string>
  readonly position: number
  /** The positions of the awaited events. */
  readonly events: ReadonlyArray<number>
  /** The history to which the position is verified to belong; absent when only the number counts. */
  history: HistoryId | undefined
  readonly id: EventId | undefined
  readonly settle: (outcome: E.Either<WaitError, void>) => void
  /** Ends the wait without the handlers; `milliseconds` is how long it was. */
  readonly expire: (milliseconds: number) => void
}

/** Milliseconds. A timer is cut to the longest that there is, so a caller may also wait without an end. */
const waitTimeout: NumberOption = { min: 0, max: Number.MAX_SAFE_INTEGER, absent: 10_000 }

/** Checks the input of a wait, and returns its timeout. */
export const checkWait = (
  names: ReadonlyArray<string>,
  place: number | AwaitedPlace,
  timeout: number | undefined,
): E.Either<InvalidInput, number> => {
  for (const name of names) {
    const checked = HandlerStoreInput.ref({ name, generation: 1 })
    if (E.isLeft(checked)) return checked
  }
  if (typeof place !== 'number') {
    const checked = LogPosition.check(place)
    if (E.isLeft(checked)) return checked
    const events = place.events === undefined ? E.right(undefined) : HandlerStoreInput.positions(place.events)
    if (E.isLeft(events)) return events
  } else if (!Number.isSafeInteger(place) || place < 0) return rejectInput('position', 'must be a position in the log')
  return timeout === Number.POSITIVE_INFINITY ? E.right(timeout) : NumberOption.read('timeout', waitTimeout, timeout)
}

/** Begins a wait, which expires after `timeout` milliseconds. */
export const beginWait = (
  names: ReadonlyArray<string>,
  place: number | AwaitedPlace,
  timeout: number,
  onSettled: (outcome: E.Either<WaitError, void>) => void,
): HandlerWait => {
  const left = new Set(names)
  const known = { history: undefined, id: undefined, events: undefined }
  const {
    position,
    history,
    id,
    events = [],
  } = typeof place === 'number' ? { ...known, position: place } : { ...known, ...place }
  const settle: HandlerWait['settle'] = (outcome) => {
    clearTimeout(deadline)
    onSettled(outcome)
  }
  const expire = (milliseconds: number): void => settle(E.left(handlersTimedOut(position, left, milliseconds)))
  const deadline = setTimeout(() => expire(timeout), clampTimeout(timeout))
  return { names: left, parking: new Set(), position, events, history, id, settle, expire }
}

/** How far a handler is, and whether it has parked events. */
export interface HandlerProgress extends LogPosition {
  readonly hasParked: boolean
}

/**
 * Ends the waits whose handlers have all reached the position and have no parked events. For the other handlers, which
 * are few, `settleParked` looks up the awaited events.
 */
export const settleReached = (
  waits: ReadonlySet<HandlerWait>,
  progressOf: (name: string) => HandlerProgress | undefined,
): void => {
  for (const wait of waits) {
    for (const name of wait.names) {
      const progress = progressOf(name)
      if (progress === undefined || progress.position < wait.position) continue
      // A position of another history is another place; `settleHistories` finds out whether both histories share it.
      if (wait.history !== undefined && wait.history !== progress.history) continue
      wait.names.delete(name)
      if (progress.hasParked && wait.events.length > 0) wait.parking.add(name)
    }
    if (wait.names.size === 0 && wait.parking.size === 0) wait.settle(E.right(undefined))
  }
}

/** Moves waits for a place of another history to this history, when the log has the place; otherwise ends them. */
export const settleHistories = async (
  store: Pick<LogTail, 'verify'>,
  waits: ReadonlySet<HandlerWait>,
  current: HistoryId,
): Promise<void> => {
  for (const wait of waits) {
    const { position, history, id } = wait
    if (history === undefined || history === current) continue
    const verified = await runSafely(store.verify({ position, history, ...(id === undefined ? undefined : { id }) }))
    if (E.isRight(verified)) wait.history = current
    else if (verified.left._tag === 'LogRewound') wait.settle(verified)
  }
}
