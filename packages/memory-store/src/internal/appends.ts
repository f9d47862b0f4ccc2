import type { Append, AppendError, Appended, Clock, EventStore, InlineStore, ViewConflict } from '@foldlog/core'
import { ExpectedVersion } from '@foldlog/core'
import type { ProjectionChanges } from '@foldlog/core/store'
import {
  CheckedAppend,
  type CheckedStreamCheck,
  eventIdReused,
  storeUnavailable,
  streamDeleted,
  UserCode,
  versionConflictOf,
} from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { checkConditions, markersOf, supportOf } from './boundaries.ts'
import type { Handlers } from './Handlers.ts'
import { currentHistory, verifyPosition } from './histories.ts'
import { checkViews, inlineOf, isPaused, writeViews } from './inline.ts'
import { checkRunning, type Log, type StoredAppend, write } from './Log.ts'
import { checkTaggings } from './taggings.ts'

/** Whether an earlier append wrote exactly these events, in this order, to the same stream. Data is not compared. */
const isRepetition = ({ stream, events }: CheckedAppend, { stream: earlier, ids }: StoredAppend): boolean =>
  stream === earlier && events.length === ids.length && events.every(({ id }, i) => id === ids[i])

/** Returns the earlier append that this part repeats, `undefined` when its ids are new, or the error of a reused id. */
const checkIds = (log: Log, part: CheckedAppend): E.Either<AppendError, StoredAppend | undefined> => {
  for (const { id } of part.events) {
    const known = log.byId.get(id)?.append
    if (known !== undefined) return isRepetition(part, known) ? E.right(known) : E.left(eventIdReused(part.stream, id))
  }
  return E.right(undefined)
}

/**
 * Returns the earlier appends that these parts repeat, one for each; none when all are new. The first id that is reused
 * determines the error. When only some of the parts were stored before, the first of these reuses its ids.
 */
const checkAllIds = (
  log: Log,
  parts: ReadonlyArray<CheckedAppend>,
): E.Either<AppendError, ReadonlyArray<StoredAppend>> => {
  const repeated: Array<StoredAppend> = []
  for (const part of parts) {
    const verdict = checkIds(log, part)
    if (E.isLeft(verdict)) return verdict
    if (verdict.right !== undefined) repeated.push(verdict.right)
  }
  const [earlier] = repeated
  const [id] = earlier?.ids ?? []
  return earlier && id && repeated.length < parts.length ? E.left(eventIdReused(earlier.stream, id)) : E.right(repeated)
}

const conflictsOf = (log: Log, { stream: name, expected, history }: CheckedStreamCheck) => {
  const stream = log.streams.get(name)
  const actual = stream?.events.length ?? 0
  if (!ExpectedVersion.accepts(expected, actual)) return [{ stream: name, expected, actual }]
  const position = stream?.events.at(-1)?.position
  if (history === null || position === undefined) return []
  return E.isRight(verifyPosition(log.histories, log.events.length, { position, history }))
    ? []
    : [{ stream: name, expected, actual, rewound: true as const }]
}

const findDeleted = (log: Log, streams: ReadonlyArray<CheckedStreamCheck>): E.Either<AppendError, undefined> => {
  const deleted = streams.find(({ stream }) => log.streams.get(stream)?.deleted)
  return deleted === undefined ? E.right(undefined) : E.left(streamDeleted(deleted.stream))
}

/**
 * Returns the earlier appends that these parts repeat, one for each; none when all are new and may be stored; or why
 * they cannot be stored. The order of the checks is part of the contract.
 */
const checkParts = (
  log: Log,
  parts: ReadonlyArray<CheckedAppend>,
): E.Either<AppendError, ReadonlyArray<StoredAppend>> => {
  const open = findDeleted(log, parts)
  if (E.isLeft(open)) return open
  const repeated = checkAllIds(log, parts)
  if (E.isLeft(repeated) || repeated.right.length > 0) return repeated
  const checks = parts.flatMap((part) => part.checks)
  const checkable = findDeleted(log, checks)
  if (E.isLeft(checkable)) return checkable
  const conflict = versionConflictOf([...parts, ...checks].flatMap((one) => conflictsOf(log, one)))
  return conflict === undefined ? repeated : E.left(conflict)
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
  const met = checkConditions(log, parts)
  if (E.isLeft(met)) return met
  const tagged = checkTaggings(log, parts)
  if (E.isLeft(tagged)) return tagged
  const fit = checkViews(handlers, log, parts, views)
  if (E.isLeft(fit)) return fit
  const now = Math.floor(clock())
  const stored = parts.map((part) => toAppended(log, write(log, part, now), false))
  const written = stored.map((appended, i) => {
    const markers = markersOf(log, parts[i])
    return markers === undefined ? appended : { ...appended, markers }
  })
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
    const checked = CheckedAppend.check(appends, supportOf(log))
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
