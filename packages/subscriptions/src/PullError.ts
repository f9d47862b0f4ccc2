import type { HandlerMismatch, InvalidInput, LogRewound, StoreUnavailable } from '@foldlog/core'
import type { RegistrationLost } from './RegistrationLost.ts'

/**
 * Why a pull subscription ends: this error is its last value. `HandlerMismatch`: the name is that of another handler,
 * or the subscription was created with another filter. `LogRewound`: the log went back before what was pulled,
 * or it is not the log that the checkpoint was written for.
 *
 * @category errors
 * @since 0.1.0
 */
export type PullError = HandlerMismatch | RegistrationLost | InvalidInput | LogRewound | StoreUnavailable
