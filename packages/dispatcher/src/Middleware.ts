import type { Command } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'
import type { DispatchContext } from './DispatchContext.ts'

/**
 * A function that dispatches a command: a dispatcher offers it and middleware wraps it.
 *
 * @category model
 * @since 0.1.0
 */
export type Dispatch<C extends Command, Err, A> = (command: C, context?: DispatchContext) => TE.TaskEither<Err, A>

/**
 * Middleware is a function from `dispatch` to `dispatch`. Compose several with `flow`; the last one is the outermost.
 *
 * @category model
 * @since 0.1.0
 */
export type Middleware<C extends Command, Err, A, Err2 = Err, B = A> = (
  next: Dispatch<C, Err, A>,
) => Dispatch<C, Err2, B>
