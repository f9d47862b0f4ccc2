import type { HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { NumberOption } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { optionProblems } from './internal/handlers/handlerProblems.ts'
import { recoverHandler } from './internal/rewindRecovery/recoverHandler.ts'
import { waitForReports } from './internal/rewindRecovery/waitForReports.ts'
import type { RecoveredHandler, RecoverOptions, RecoveryReport } from './RecoveryReport.ts'

/** A position of the log; without it, the shared position is found. */
const commonPosition: NumberOption = { min: 0, max: Number.MAX_SAFE_INTEGER, absent: 0 }

/** Milliseconds. Without a wait, `unreported` names the members that have not compared. */
const reportTimeout: NumberOption = { min: 0, max: Number.MAX_SAFE_INTEGER, absent: 30_000 }

/**
 * Resumes handlers after the log went back. Every handler that was stopped by that is set back to the last position
 * that the log shares with the log that it has handled, and continues there. Processes that run it notice this with
 * their next heartbeat. A projection whose views were made from lost events is rebuilt. The report lists the events
 * that may be gone although their effects are done, and the events that are handled again.
 *
 * It waits until every process that runs such a handler has compared what it has handled, so that the report has the
 * lost events of all of them; `reportTimeout` limits that.
 *
 * It may be called again: a handler that is already running is not in the report. `InvalidInput` when the shared
 * position cannot be found; then pass `common`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const recoverRewound =
  (options: RecoverOptions): TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable, RecoveryReport> =>
  async () => {
    const [wrong] = optionProblems('handlers', options)
    if (wrong !== undefined) return E.left(wrong)
    const timeout = NumberOption.read('reportTimeout', reportTimeout, options.reportTimeout)
    if (E.isLeft(timeout)) return timeout
    const common = NumberOption.read('common', commonPosition, options.common)
    if (E.isLeft(common)) return common
    const waited = await waitForReports({ ...options, reportTimeout: timeout.right })
    if (E.isLeft(waited)) return waited
    const handlers: Array<RecoveredHandler> = []
    for (const handler of options.handlers) {
      const recovered = await recoverHandler(options, handler, waited.right.get(handler.name) ?? [])
      if (E.isLeft(recovered)) return recovered
      if (recovered.right !== undefined) handlers.push(recovered.right)
    }
    return E.right({ handlers })
  }
