import type { Append, AppendError, Appended, Clock, EventStore, InlineStore, ViewConflict } from '@foldlog/core'
import { ExpectedVersion } from '@foldlog/core'
import type { ProjectionChanges } from '@foldlog/core/store'
import {
  CheckedAppend,
  eventIdReused,
  rewoundConflict,
  storeUnavailable,
  streamDeleted,
  UserCode,
  versionConflict,
} from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type { Handlers } from './Handlers.ts'
import { currentHistory, verifyPosition } from './histories.ts'
import { checkViews, inlineOf, isPaused, writeViews } from './inline.ts'
import { checkRunning, type Log, type StoredAppend, write } from './Log.ts'

/** Whether an earlier append wrote exactly these events, in this order, to the same stream. Data is not compared. */
const isRepetition = ({ stream, events }: CheckedAppend, { stream: earlier, ids }: StoredAppend): boolean =>
  stream === earlier && events.length === ids.length && events.every(({ id }, i) => id === ids[i])

/**
 * Returns the earlier append that this part repeats, `undefined` when it is new, or why it cannot be stored. The order
 * of the checks is part of the contract.
 */
const checkPart = (log: Log, part: CheckedAppend): E.Either<AppendError, StoredAppend | undefined> => {
  const { stream: name, expected, events, history } = part
  const stream = log.streams.get(name)
  if (stream?.deleted) return E.left(streamDeleted(name))
  for (const { id } of events) {
    const known = log.byId.get(id)?.append
    if (known !== undefined) return isRepetition(part, known) ? E.right(known) : E.left(eventIdReused(name, id))
  }
  const actual = stream?.events.length ?? 0
  if (!ExpectedVersion.accepts(expected, actual)) return E.left(versionConflict(name, expected, actual))
  const last = history === null ? undefined : stream?.events.at(-1)
  if (history === null || last === undefined) return E.right(undefined)
  return E.isRight(verifyPosition(log.histories, log.events.length, { position: last.position, history }))
    ? E.right(undefined)
    : E.left(rewoundConflict(name, expected, actual))
}

/**
 * Returns the earlier appends that these parts repeat, one for each; none when all are new. The first part that cannot
 * be stored determines the error, and so does the first that shows that only some of them were stored before.
 */
const checkParts = (
  log: Log,
  parts: ReadonlyArray<CheckedAppend>,
): E.Either<AppendError, ReadonlyArray<StoredAppend>> => {
  const repeated: Array<StoredAppend> = []
  for (const [i, part] of parts.entries()) {
    const verdict = checkPart(log, part)
    if (E.isLeft(verdict)) return verdict
    if (verdict.right !== undefined) repeated.push(verdict.right)
    const [earlier] = repeated
    const [id] = earlier?.ids ?? []
    if (earlier && id && repeated.length <= i) return E.left(eventIdReused(earlier.stream, id))
  }
  return E.right(repeated)
}

const toAppended = (
  log: Log,
  { stream, ids, firstVersion, firstPosition, milliseconds }: StoredAppend,
  repeated: boolean,
): Appended => ({
  stream,
  firstVersion,
  version: firstVersion + ids.length - 1,
  positions: ids.map((_, i) => firstPosition + i),
  recordedAt: new Date(milliseconds),
  repeated,
  history: currentHistory(log.histories),
})

/**
 * Stores appends. Every part is checked before the first is written, with no await in between: so all or none, and no
 * race.
 */
const storeAppends = (
  log: Log,
  handlers: Handlers,
  parts: ReadonlyArray<CheckedAppend>,
  views: ReadonlyArray<ProjectionChanges> | undefined,
  clock: Clock,
): E.Either<AppendError | ViewConflict, ReadonlyArray<Appended>> => {
  const known = views === undefined ? checkViews(handlers, log, parts, views) : E.right(undefined)
  if (E.isLeft(known)) return known
  const verdict = checkParts(log, parts)
  if (E.isLeft(verdict)) return verdict
  if (verdict.right.length > 0) return E.right(verdict.right.map((append) => toAppended(log, append, true)))
  const fit = checkViews(handlers, log, parts, views)
  if (E.isLeft(fit)) return fit
  const now = Math.floor(clock())
  const written = parts.map((part) => toAppended(log, write(log, part, now), false))
  if (views !== undefined) writeViews(handlers, views, written)
  // After the append: a listener may read, or append itself. By a promise, because fake timers of tests take hold of
  // `queueMicrotask`.
  void Promise.resolve().then(() => {
    // The events are stored: a listener that throws changes nothing.
    for (const listener of log.listeners) UserCode.run('the listener', listener)
  })
  return E.right(written)
}

export const appendsTo = (
  log: Log,
  handlers: Handlers,
  clock: Clock,
): Pick<EventStore, 'append' | 'appendAll'> & InlineStore => {
  const appendChecked = async (parts: ReadonlyArray<CheckedAppend>, views?: ReadonlyArray<ProjectionChanges>) => {
    while (isPaused(handlers, parts)) await new Promise((resolve) => setTimeout(resolve, 5))
    const open = checkRunning(log)()
    return E.isLeft(open) ? open : storeAppends(log, handlers, parts, views, clock)
  }
  const appendNow = async (appends: ReadonlyArray<Append>): Promise<E.Either<AppendError, ReadonlyArray<Appended>>> => {
    const checked = CheckedAppend.check(appends)
    if (E.isLeft(checked)) return checked
    const outcome = await appendChecked(checked.right)
    return F.pipe(
      outcome,
      // An append without views cannot be stale, see `checkViews`.
      E.mapLeft((error) =>
        error._tag === 'ViewConflict'
          ? storeUnavailable('the store has no result for this append', false, error)
          : error,
      ),
    )
  }
  return {
    appendAll: (appends) => () => appendNow(appends),
    // One append has exactly one result.
    append: (append) => async () => E.Functor.map(await appendNow([append]), ([appended]) => appended as Appended),
    ...inlineOf(handlers, log, appendChecked),
  }
}
