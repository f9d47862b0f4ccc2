import type { CheckedAppend } from '@foldlog/core/store'
import { classifyError } from '../client/classifyError.ts'
import type { StatementRunner } from '../client/StatementRunner.ts'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import type { Statements } from '../schema/Statements.ts'
import { hasBoundary } from './AppendBoundary.ts'
import type { AppendRequest } from './AppendRequest.ts'
import { batchColumns, eventParameters, singleColumns } from './appendColumns.ts'
import { appendJson, conditionsJson } from './appendJson.ts'
import { taggedAppends, taggedColumns, taggedEventParameters } from './taggedAppends.ts'

/** Sends a batch and returns the server's answer. */
export type SendAppends = (batch: ReadonlyArray<AppendRequest>) => Promise<string | undefined>

/** The appends of a batch that may take a fast path. The server itself reports when one of them may not. */
const fastAppends = (batch: ReadonlyArray<AppendRequest>): ReadonlyArray<CheckedAppend> =>
  batch.flatMap(({ parts, views }) =>
    views === undefined && parts.length === 1 && !hasBoundary(parts)
      ? parts.filter(({ expected, checks }) => checks.length === 0 && encodeExpectedVersion(expected) >= 0)
      : [],
  )

/**
 * Whether all appends that name a history name the same one. They differ only shortly after the log has begun a new
 * history.
 */
const haveOneHistory = (appends: ReadonlyArray<CheckedAppend>): boolean => {
  let first: string | null = null
  for (const { history } of appends) {
    if (history === null) continue
    first ??= history
    if (history !== first) return false
  }
  return true
}

/** The general path, with a verdict on each append. */
const sendGeneral = async (run: StatementRunner, statements: Statements, batch: ReadonlyArray<AppendRequest>) => {
  const texts = `[${batch.map(({ parts }) => appendJson(parts)).join(',')}]`
  const views = batch.some((request) => request.views !== undefined)
    ? `[${batch.map((request) => request.views ?? 'null').join(',')}]`
    : null
  if (batch.some(({ parts }) => hasBoundary(parts))) {
    const conditions = `[${batch.map(({ parts }) => conditionsJson(parts)).join(',')}]`
    const [bounded] = await run(statements.appendWithConditions, [texts, views, conditions])
    return bounded
  }
  const [answer] =
    views === null ? await run(statements.append, [texts]) : await run(statements.appendWithViews, [texts, views])
  return answer
}

/** Returns the answer of the function for one append; '' when foldlog.append must be called instead. */
const sendSingle = async (run: StatementRunner, statements: Statements, append: CheckedAppend) => {
  const [event, second] = append.events
  try {
    const [answer] =
      event !== undefined && second === undefined
        ? await run(statements.appendEvent, eventParameters(append, event))
        : await run(statements.appendSingle, singleColumns(append))
    return answer
  } catch (cause) {
    if (classifyError(cause)._tag === 'DuplicateId') return ''
    throw cause
  }
}

/** Returns the answer of foldlog.append_batch; '' when foldlog.append must be called instead. */
const sendFastBatch = async (run: StatementRunner, statements: Statements, appends: ReadonlyArray<CheckedAppend>) => {
  const [answer] = await run(statements.appendBatch, batchColumns(appends))
  return answer
}

/**
 * Returns the answer of the functions for appends with tags or conditions; '' when foldlog.append must be called here.
 * They call it themselves when an append cannot be stored. The function for one event is only for an append that is
 * alone in its transaction: it locks a floor of its own, and the server's table of locks is finite.
 */
const sendTagged = async (
  run: StatementRunner,
  statements: Statements,
  batch: ReadonlyArray<AppendRequest>,
  isAlone: boolean,
) => {
  const tagged = taggedAppends(batch)
  const [first, other] = tagged ?? []
  if (tagged === undefined || first === undefined) return ''
  const [event, second] = first.events
  const [answer] =
    isAlone && other === undefined && event !== undefined && second === undefined
      ? await run(statements.appendTaggedEvent, taggedEventParameters(first, event))
      : await run(statements.appendTagged, taggedColumns(tagged))
  return answer
}

/** Sends a batch. `isAlone`: its transaction has no other appends. */
const sendBatch =
  (run: StatementRunner, statements: Statements, isAlone: boolean): SendAppends =>
  async (batch) => {
    const fast = fastAppends(batch)
    const answer =
      fast.length < batch.length
        ? await sendTagged(run, statements, batch, isAlone)
        : haveOneHistory(fast)
          ? await sendFastBatch(run, statements, fast)
          : ''
    return answer === '' ? sendGeneral(run, statements, batch) : answer
  }

/** Sends appends in a transaction of the caller, which an already stored id must not abort. */
export const sendAppendsInTransaction = (run: StatementRunner, statements: Statements): SendAppends =>
  sendBatch(run, statements, false)

/**
 * Tries a fast path first: most appends end there. An append with a conflict or a repeated one pays for a second round
 * trip, unless it has tags or conditions: then the fast path itself calls the general one.
 */
export const sendAppends = (run: StatementRunner, statements: Statements): SendAppends => {
  const send = sendBatch(run, statements, true)
  return async (batch) => {
    const [first] = batch.length === 1 ? fastAppends(batch) : []
    if (first === undefined) return send(batch)
    const answer = await sendSingle(run, statements, first)
    return answer === '' ? sendGeneral(run, statements, batch) : answer
  }
}
