import { either as E, type taskEither as TE } from 'fp-ts'
import { runRoute } from './internal/routeCode.ts'
import { PositionHeader } from './PositionHeader.ts'
import { PreferHeader } from './PreferHeader.ts'
import type { RequestError } from './RequestError.ts'
import type { HandlersToAwait } from './runCommand.ts'

/**
 * Waits before a read, when the client prefers to wait, until the handlers have handled everything up to the position
 * in the request (`Foldlog-Position`), or without one up to `settledPosition`: the position up to which the log is
 * settled now. Returns whether they have. When they are late, or the log was rewound behind that position, the answer
 * is false, and the client gets the current state.
 *
 * A client that wants to read its own write must send the position of that write: the settled position may still be
 * before it while other appends are in progress.
 *
 * @category combinators
 * @since 0.1.0
 */
export const waitForPosition =
  (
    request: Request,
    {
      waitFor,
      handlers,
      settledPosition,
    }: HandlersToAwait & { readonly settledPosition: TE.TaskEither<unknown, number> },
  ): TE.TaskEither<RequestError, boolean> =>
  async () => {
    const wait = PreferHeader.wait(request)
    const named = PositionHeader.parse(request)
    if (E.isLeft(named)) return named
    if (wait === undefined) return E.right(false)
    const position =
      named.right === undefined ? await runRoute('settledPosition', () => settledPosition)() : E.right(named.right)
    if (E.isLeft(position)) return E.right(false)
    return E.right(E.isRight(await runRoute('waitFor', () => waitFor(handlers, position.right, wait))()))
  }
