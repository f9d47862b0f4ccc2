import type { CheckedAppend } from '@foldlog/core'
import { aloneColumns, plainColumns } from './appendColumns.ts'
import { appendText, expectedNumber } from './appendText.ts'
import { failureOf } from './failure.ts'
import type { Run } from './run.ts'
import type { Statements } from './statements.ts'

/** One append on its way to the server: to one stream, or to several. */
export interface AppendRequest {
  readonly parts: ReadonlyArray<CheckedAppend>
  /** The views that go with it, as foldlog.append takes them; most appends have none. */
  readonly views: string | undefined
}

/** Asks the server for the answer to a batch. */
export type SendAppends = (batch: ReadonlyArray<AppendRequest>) => Promise<string | undefined>

/** The appends of a batch that may go a short way; the server says itself when they may not. */
const plainOf = (batch: ReadonlyArray<AppendRequest>): ReadonlyArray<CheckedAppend> =>
  batch.flatMap(({ parts, views }) =>
    views === undefined && parts.length === 1 ? parts.filter(({ expected }) => expectedNumber(expected) >= 0) : [],
  )

/**
 * Whether all appends that name a history name the same. They differ only shortly after the log has begun a new one.
 */
const ofOneHistory = (appends: ReadonlyArray<CheckedAppend>): boolean => {
  let first: string | null = null
  for (const { history } of appends) {
    if (history === null) continue
    first ??= history
    if (history !== first) return false
  }
  return true
}

/** The general way: a verdict on each. */
const sendWhole = async (run: Run, statements: Statements, batch: ReadonlyArray<AppendRequest>) => {
  const texts = `[${batch.map(({ parts }) => appendText(parts)).join(',')}]`
  const [answer] = batch.some(({ views }) => views !== undefined)
    ? await run(statements.appendWithViews, [texts, `[${batch.map(({ views = 'null' }) => views).join(',')}]`])
    : await run(statements.append, [texts])
  return answer
}

/** The answer of foldlog.append_alone; '' when foldlog.append has to be asked. */
const sendAlone = async (run: Run, statements: Statements, append: CheckedAppend) => {
  try {
    const [answer] = await run(statements.appendAlone, aloneColumns(append))
    return answer
  } catch (cause) {
    if (failureOf(cause)._tag === 'DuplicateId') return ''
    throw cause
  }
}

/** The same of foldlog.append_plain. */
const sendPlain = async (run: Run, statements: Statements, appends: ReadonlyArray<CheckedAppend>) => {
  const [answer] = await run(statements.appendPlain, plainColumns(appends))
  return answer
}

/** Where an id that is known must not end the transaction: it is the caller's. */
export const sendAppendsWithin =
  (run: Run, statements: Statements): SendAppends =>
  async (batch) => {
    const plain = plainOf(batch)
    const answer = plain.length === batch.length && ofOneHistory(plain) ? await sendPlain(run, statements, plain) : ''
    return answer === '' ? sendWhole(run, statements, batch) : answer
  }

/** Tries a short way first: most appends end there, and those that are in conflict, or repeated, pay with a second round trip. */
export const sendAppends = (run: Run, statements: Statements): SendAppends => {
  const sendTogether = sendAppendsWithin(run, statements)
  return async (batch) => {
    const [first] = batch.length === 1 ? plainOf(batch) : []
    if (first === undefined) return sendTogether(batch)
    const answer = await sendAlone(run, statements, first)
    return answer === '' ? sendWhole(run, statements, batch) : answer
  }
}
