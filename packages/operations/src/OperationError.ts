import type {
  AppendError,
  DecodeFailure,
  HandlerInUse,
  InvalidInput,
  LogRewound,
  ReadError,
  StoreUnavailable,
} from '@foldlog/core'

/**
 * Code of the domain threw, or returned a value of the wrong kind. `function` names it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DomainFunctionFailed {
  readonly _tag: 'DomainFunctionFailed'
  readonly function: string
  readonly why: string
}

/**
 * Why a question has no answer, or an action was not done.
 *
 * @category errors
 * @since 0.1.0
 */
export type OperationError =
  | AppendError
  | DecodeFailure
  | DomainFunctionFailed
  | HandlerInUse
  | InvalidInput
  | LogRewound
  | ReadError
  | StoreUnavailable
