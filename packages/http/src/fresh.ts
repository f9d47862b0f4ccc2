import { either as E, type taskEither as TE } from 'fp-ts'
import { Position } from './Position.ts'
import { Prefer } from './Prefer.ts'
import type { Awaiting } from './perform.ts'
import type { RequestError } from './RequestError.ts'

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
export const fresh =
  (
    request: Request,
    { waitFor, handlers, head }: Awaiting & { readonly head: TE.TaskEither<unknown, number> },
  ): TE.TaskEither<RequestError, boolean> =>
  async () => {
    const wait = Prefer.wait(request)
    const named = Position.parse(request)
    if (E.isLeft(named)) return named
    if (wait === undefined) return E.right(false)
    const position = named.right === undefined ? await head() : E.right(named.right)
    return E.right(E.isRight(position) && E.isRight(await waitFor(handlers, position.right, wait)()))
  }
