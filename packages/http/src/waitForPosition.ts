import { either as E, type taskEither as TE } from 'fp-ts'
import { PositionHeader } from './PositionHeader.ts'
import { PreferHeader } from './PreferHeader.ts'
import type { RequestError } from './RequestError.ts'
import type { HandlersToAwait } from './runCommand.ts'

/**
 * Waits before a read, when the reader prefers it, until the handlers have handled everything up to the position that
 * he names (`Foldlog-Position`), or, when he names none, up to `head`: what is settled now. Says whether they have.
 * When they are late, or the log was rewound behind that place, the answer is false, and the reader gets what is there.
 *
 * Who wants to read his own write brings its position: the settled end of the log may still be before it, while others write.
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
    const position = named.right === undefined ? await settledPosition() : E.right(named.right)
    return E.right(E.isRight(position) && E.isRight(await waitFor(handlers, position.right, wait)()))
  }
