import { describeError } from '@foldlog/core'
import type { OperationError } from './OperationError.ts'

/**
 * Describes an error of an operation in a sentence, for terminals and screens.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeOperationError = (error: OperationError): string =>
  error._tag === 'DomainFunctionFailed' ? `${error.function} failed: ${error.why}` : describeError(error)
