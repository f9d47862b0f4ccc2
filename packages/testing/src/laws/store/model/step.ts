import { type Append, type Appended, LogPosition, type RecordedEvent } from '@foldlog/core'
import { logRewound, type ReadLogOptions, streamDeleted } from '@foldlog/core/store'
import { either as E, option as O } from 'fp-ts'
import { describeDifference, differences } from '../../../internal/differences.ts'
import { format } from '../../../internal/format.ts'
import { byPosition } from '../../fixtures.ts'
import { meets } from '../log.ts'
import {
  infoOf,
  type Model,
  outcomeOf,
  pageOf,
  snapshotOf,
  versionOf,
  withoutStream,
  withSnapshot,
  written,
} from './Model.ts'
import type { Operation, Outcome } from './Operation.ts'

/** The model after an operation, or the reason why the outcome is impossible. */
type Step = E.Either<string, Model>

const expecting = (outcome: Outcome, expected: Outcome, next: Model): Step => {
  const [difference] = differences(expected, outcome, '')
  return difference === undefined ? E.right(next) : E.left(describeDifference(difference))
}

const ascend = (numbers: ReadonlyArray<number>): boolean =>
  numbers.every((number, i) => Number.isSafeInteger(number) && (i === 0 || number > (numbers[i - 1] ?? number)))

/**
 * Returns the reason why one part of an append cannot have been stored with this result. The store chooses positions
 * and times: they must only be possible.
 */
const flawOf = (model: Model, { stream, events }: Append, result: Partial<Appended>): string | undefined => {
  const before = versionOf(model, stream)
  const { positions, recordedAt, ...rest } = result
  const { history } = model
  const expected = { stream, firstVersion: before + 1, version: before + events.length, repeated: false, history }
  const [difference] = differences(expected, rest, '')
  if (difference !== undefined) return describeDifference(difference)
  const last = model.events.findLast((event) => event.stream === stream)
  if (!Array.isArray(positions) || positions.length !== events.length) return `positions: ${format(positions)}`
  if (!ascend([last?.position ?? 0, ...positions])) {
    return `positions of ${stream} do not ascend: ${format(positions)} after ${last?.position ?? 0}`
  }
  if (model.events.some(({ position }) => positions.includes(position)))
    return `a position is given twice: ${positions}`
  if (positions.some((position) => position <= model.settledPosition)) {
    return `a position is at or before ${model.settledPosition}, where the log was settled: ${positions}`
  }
  const time = recordedAt?.getTime()
  if (!Number.isInteger(time)) return `recordedAt: ${format(recordedAt)}`
  return (time ?? 0) >= (last?.recordedAt.getTime() ?? 0) ? undefined : `recordedAt goes back within ${stream}`
}

const storing = (model: Model, appends: ReadonlyArray<Append>, results: ReadonlyArray<Appended>): Step => {
  let next = model
  if (results.length !== appends.length) return E.left(`${results.length} results for ${appends.length} appends`)
  for (const [i, append] of appends.entries()) {
    const result = results[i]
    const flaw = result === undefined ? 'no result' : flawOf(next, append, result)
    if (flaw !== undefined || result === undefined) return E.left(flaw ?? 'no result')
    if (result.recordedAt.getTime() !== results[0]?.recordedAt.getTime()) return E.left('parts differ in recordedAt')
    next = written(next, append, result)
  }
  return E.right(next)
}

const appending = (
  model: Model,
  appends: ReadonlyArray<Append>,
  outcome: E.Either<unknown, ReadonlyArray<Appended>>,
) => {
  const verdict = outcomeOf(model, appends)
  if (E.isLeft(verdict)) return expecting(outcome, verdict, model)
  if (verdict.right !== undefined) {
    const repeated = verdict.right.map(({ ids, ...result }) => ({ ...result, repeated: true }))
    return expecting(outcome, E.right(repeated), model)
  }
  return E.isRight(outcome)
    ? storing(model, appends, outcome.right)
    : E.left(`expected it to be stored, got ${format(outcome.left)}`)
}

const partOf = (value: unknown, key: string): unknown => Reflect.get(Object(value), key)

/**
 * The last position before the first gap. A refused append may leave a gap, and a store may say of what is behind a gap
 * that it is not certain to be in both logs.
 */
const gaplessEnd = ({ events }: Model): number => {
  const positions = new Set(events.map(({ position }) => position))
  let end = 0
  while (positions.has(end + 1)) end++
  return end
}

/**
 * The store chooses the head: no event will appear at or before it, and it never goes back. It may be beyond the last
 * event, and is then the last place.
 */
const readingLog = (
  model: Model,
  { after = 0, count = 1_000, filter = {} }: ReadLogOptions,
  outcome: Outcome,
): Step => {
  const { history } = model
  const end = Math.max(model.settledPosition, ...model.events.map((event) => event.position))
  if (after > end && E.isLeft(outcome)) {
    const common = partOf(outcome.left, 'common')
    const isPossible = typeof common === 'number' && common >= gaplessEnd(model) && common < after
    return expecting(outcome, E.left(logRewound(after, null, history, isPossible ? common : end)), model)
  }
  const met = model.events.filter(({ position }) => position > after).filter(meets(filter))
  const events = [...met].sort(byPosition).slice(0, count)
  const full = events.length === count
  const reported = E.isRight(outcome) ? partOf(outcome.right, 'position') : undefined
  const least = Math.max(after, end)
  const head = typeof reported === 'number' && reported >= least ? reported : least
  const position = full ? events.at(-1)?.position : head
  return expecting(
    outcome,
    E.right({ events, position, end: !full, history }),
    full ? model : { ...model, settledPosition: head },
  )
}

const readingFromSnapshot = (
  model: Model,
  { stream, schemaVersion, count }: Extract<Operation, { readonly ask: 'readFromSnapshot' }>,
  outcome: Outcome,
): Step => {
  if (model.deleted.has(stream)) return expecting(outcome, E.left(streamDeleted(stream)), model)
  const snapshot = snapshotOf(model, stream, schemaVersion)
  const slice = pageOf(model, stream, { from: (snapshot?.version ?? 0) + 1, count })
  return expecting(outcome, E.right({ snapshot: O.fromNullable(snapshot), page: slice }), model)
}

/** The result of `append`, as `appendAll` would return it. */
const asResults = (outcome: Outcome, many: boolean): E.Either<unknown, ReadonlyArray<Appended>> => {
  if (E.isLeft(outcome)) return outcome
  const results: unknown = many ? outcome.right : [outcome.right]
  // The result of a store, by its type; `flawOf` checks every part of it, whatever it is.
  return E.right((Array.isArray(results) ? results.map(Object) : []) as ReadonlyArray<Appended>)
}

/** The first history that an outcome names, wherever it is in the outcome: only the store can choose this id. */
const historyIn = (value: unknown): unknown => {
  const { history, current, page, ...parts } = Object(value)
  return history ?? current ?? page?.history ?? parts[0]?.history
}

/** The model with the history of the log, which it learns from the first answer. */
const knowing = (model: Model, outcome: Outcome): Model => {
  if (model.history !== '') return model
  const reported = LogPosition.checkHistory(historyIn(E.isLeft(outcome) ? outcome.left : outcome.right))
  return E.isLeft(reported) ? model : { ...model, history: reported.right }
}

/** The model after an operation ended with an outcome, or the reason why that is impossible. */
export const step = (before: Model, operation: Operation, outcome: Outcome): Step => {
  const model = knowing(before, outcome)
  switch (operation.ask) {
    case 'append':
      return appending(model, [operation.append], asResults(outcome, false))
    case 'appendAll':
      return appending(model, operation.appends, asResults(outcome, true))
    case 'readStream': {
      const { stream, options } = operation
      const gone = model.deleted.has(stream)
      return expecting(outcome, gone ? E.left(streamDeleted(stream)) : E.right(pageOf(model, stream, options)), model)
    }
    case 'readLog':
      return readingLog(model, operation.options, outcome)
    case 'streamInfo':
      return expecting(outcome, E.right(infoOf(model, operation.stream)), model)
    case 'deleteStream': {
      const next = withoutStream(model, operation.stream, operation.expected)
      return E.isLeft(next)
        ? expecting(outcome, next, model)
        : expecting(outcome, E.right(infoOf(next.right, operation.stream)), next.right)
    }
    case 'findEvents': {
      const found: ReadonlyArray<RecordedEvent> = model.events.filter(({ id }) => operation.ids.includes(id))
      return expecting(outcome, E.right([...found].sort(byPosition)), model)
    }
    case 'saveSnapshot':
      return expecting(outcome, E.right(undefined), withSnapshot(model, operation.snapshot))
    case 'readFromSnapshot':
      return readingFromSnapshot(model, operation, outcome)
  }
}
