import type { HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'

/**
 * Why an application does not start.
 *
 * @category errors
 * @since 0.1.0
 */
export type StartError = HandlerMismatch | InvalidInput | StoreUnavailable
