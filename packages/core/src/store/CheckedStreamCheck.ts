import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { StreamName } from '../values/StreamName.ts'
import { ExpectedVersion } from './ExpectedVersion.ts'
import { type HistoryId, LogPosition } from './LogPosition.ts'
import type { StreamCheck } from './StreamCheck.ts'

/**
 * A {@link StreamCheck} that any store can look at. `history` is `null` when the caller named none, or when the
 * expectation does not depend on a history.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedStreamCheck {
  readonly stream: StreamName
  readonly expected: ExpectedVersion
  readonly history: HistoryId | null
}

/** Keeps the history only where it matters: only an exact version above 0 depends on what the writer has read. */
const checkHistory = ({ history, expected }: StreamCheck): Checked<HistoryId | null> => {
  if (history === undefined) return E.right(null)
  const checked = LogPosition.checkHistory(history)
  return E.isLeft(checked) || (typeof expected === 'number' && expected > 0) ? checked : E.right(null)
}

/**
 * Checks the stream, the expected version and the history of one check, or of an append. `what` names it in the error.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (given: StreamCheck, what: string): Checked<CheckedStreamCheck> => {
  if (typeof given !== 'object' || given === null) return rejectInput(what, 'must be an object')
  const stream = StreamName.parse(given.stream)
  if (E.isLeft(stream)) return stream
  const expected = ExpectedVersion.check(`${what}.expected`)(given.expected)
  if (E.isLeft(expected)) return expected
  const history = checkHistory(given)
  return E.isLeft(history)
    ? history
    : E.right({ stream: stream.right, expected: expected.right, history: history.right })
}

const none: Checked<ReadonlyArray<CheckedStreamCheck>> = E.right([])

/**
 * Checks the checks of an append. `what` names them in the error.
 *
 * @category for store authors
 * @since 0.1.0
 */
const checkAll = (
  given: ReadonlyArray<StreamCheck> | undefined,
  what: string,
): Checked<ReadonlyArray<CheckedStreamCheck>> => {
  if (given === undefined) return none
  if (!Array.isArray(given)) return rejectInput(what, 'must be an array')
  const checked: Array<CheckedStreamCheck> = []
  for (const [i, one] of given.entries()) {
    const result = check(one, `${what}[${i}]`)
    if (E.isLeft(result)) return result
    checked.push(result.right)
  }
  return E.right(checked)
}

/**
 * Functions on {@link CheckedStreamCheck}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const CheckedStreamCheck = { check, checkAll } as const
