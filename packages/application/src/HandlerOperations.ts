import type { HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { HandlerRuntime, UnknownHandler } from '@foldlog/subscriptions'
import type { taskEither as TE } from 'fp-ts'

/**
 * The operations on handlers, which are those of the handler runtime. `rebuild` and `rollBack` also take the names of
 * inline projections.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerOperations extends Pick<HandlerRuntime, 'rebuild' | 'abandon' | 'remove' | 'rename' | 'reset'> {
  readonly rollBack: (
    name: string,
  ) => TE.TaskEither<UnknownHandler | HandlerMismatch | InvalidInput | StoreUnavailable, void>
}
