import type { CheckedAppend } from '@foldlog/core'
import { expectedNumber } from './appendText.ts'
import { failureOf } from './failure.ts'
import type { Run } from './run.ts'
import type { Statements } from './statements.ts'

/** One append on its way to the server. */
export interface AppendRequest {
  readonly parts: ReadonlyArray<CheckedAppend>
  /** The parts, as foldlog.append takes them. */
  readonly text: string
  /** The views that go with it, as foldlog.append takes them; most appends have none. */
  readonly views: string | undefined
}

/** Whether foldlog.append_alone may do; it says itself when it does not. */
const mayGoAlone = ({ parts, views }: AppendRequest): boolean =>
  views === undefined && parts.length === 1 && parts.every(({ expected }) => expectedNumber(expected) >= 0)

/** The answer of foldlog.append_alone; '' when foldlog.append has to be asked. */
const sendAlone = async (run: Run, statements: Statements, text: string): Promise<string | undefined> => {
  try {
    const [answer] = await run(statements.appendAlone, [text])
    return answer
  } catch (cause) {
    if (failureOf(cause)._tag === 'DuplicateId') return ''
    throw cause
  }
}

/**
 * Asks for the answer to a batch. An append that comes alone is tried the short way first: most of them end there, and one that is in
 * conflict, or repeated, pays with a second round trip.
 */
export const sendAppends =
  (run: Run, statements: Statements) =>
  async (batch: ReadonlyArray<AppendRequest>): Promise<string | undefined> => {
    const [first] = batch
    if (batch.length === 1 && first !== undefined && mayGoAlone(first)) {
      const answer = await sendAlone(run, statements, first.text)
      if (answer !== '') return answer
    }
    const texts = `[${batch.map(({ text }) => text).join(',')}]`
    const [answer] = batch.some(({ views }) => views !== undefined)
      ? await run(statements.appendWithViews, [texts, `[${batch.map(({ views = 'null' }) => views).join(',')}]`])
      : await run(statements.append, [texts])
    return answer
  }
