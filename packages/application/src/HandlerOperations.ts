import type { HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { HandlerRuntime, UnknownHandler } from '@foldlog/subscriptions'
import type { taskEither as TE } from 'fp-ts'

/**
 * The work of an operator on handlers, as the handler runtime does it. Inline projections are rebuilt and rolled back
 * by their names, too.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerOperations extends Pick<HandlerRuntime, 'rebuild' | 'abandon' | 'remove' | 'rename' | 'reset'> {
  readonly rollBack: (
    name: string,
  ) => TE.TaskEither<UnknownHandler | HandlerMismatch | InvalidInput | StoreUnavailable, void>
}
