import type { CheckedAppend } from '@foldlog/core'
import { classifyError } from '../client/classifyError.ts'
import type { StatementRunner } from '../client/StatementRunner.ts'
import type { Statements } from '../schema/Statements.ts'
import { batchColumns, singleColumns } from './appendColumns.ts'
import { appendJson, encodeExpectedVersion } from './appendJson.ts'

/** One append on its way to the server: to one stream, or to several. */
export interface AppendRequest {
  readonly parts: ReadonlyArray<CheckedAppend>
  /** The views that go with it, as foldlog.append takes them; most appends have none. */
  readonly views: string | undefined
}

/** Asks the server for the answer to a batch. */
export type SendAppends = (batch: ReadonlyArray<AppendRequest>) => Promise<string | undefined>

/** The appends of a batch that may go a short way; the server says itself when they may not. */
const fastAppends = (batch: ReadonlyArray<AppendRequest>): ReadonlyArray<CheckedAppend> =>
  batch.flatMap(({ parts, views }) =>
    views === undefined && parts.length === 1
      ? parts.filter(({ expected }) => encodeExpectedVersion(expected) >= 0)
      : [],
  )

/**
 * Whether all appends that name a history name the same. They differ only shortly after the log has begun a new one.
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

/** The general way: a verdict on each. */
const sendGeneral = async (run: StatementRunner, statements: Statements, batch: ReadonlyArray<AppendRequest>) => {
  const texts = `[${batch.map(({ parts }) => appendJson(parts)).join(',')}]`
  const [answer] = batch.some(({ views }) => views !== undefined)
    ? await run(statements.appendWithViews, [texts, `[${batch.map(({ views = 'null' }) => views).join(',')}]`])
    : await run(statements.append, [texts])
  return answer
}

/** The answer of foldlog.append_single; '' when foldlog.append has to be asked. */
const sendSingle = async (run: StatementRunner, statements: Statements, append: CheckedAppend) => {
  try {
    const [answer] = await run(statements.appendSingle, singleColumns(append))
    return answer
  } catch (cause) {
    if (classifyError(cause)._tag === 'DuplicateId') return ''
    throw cause
  }
}

/** The same of foldlog.append_batch. */
const sendFastBatch = async (run: StatementRunner, statements: Statements, appends: ReadonlyArray<CheckedAppend>) => {
  const [answer] = await run(statements.appendBatch, batchColumns(appends))
  return answer
}

/** Where an id that is known must not end the transaction: it is the caller's. */
export const sendAppendsInTransaction =
  (run: StatementRunner, statements: Statements): SendAppends =>
  async (batch) => {
    const fast = fastAppends(batch)
    const answer =
      fast.length === batch.length && haveOneHistory(fast) ? await sendFastBatch(run, statements, fast) : ''
    return answer === '' ? sendGeneral(run, statements, batch) : answer
  }

/** Tries a short way first: most appends end there, and those that are in conflict, or repeated, pay with a second round trip. */
export const sendAppends = (run: StatementRunner, statements: Statements): SendAppends => {
  const sendBatch = sendAppendsInTransaction(run, statements)
  return async (batch) => {
    const [first] = batch.length === 1 ? fastAppends(batch) : []
    if (first === undefined) return sendBatch(batch)
    const answer = await sendSingle(run, statements, first)
    return answer === '' ? sendGeneral(run, statements, batch) : answer
  }
}
