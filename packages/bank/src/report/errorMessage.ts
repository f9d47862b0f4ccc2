import { describeUnknown } from '@foldlog/core'

/**
 * The message of an error. Errors of Node are known by their shape: those of another realm have another `Error`.
 *
 * @category destructors
 * @since 0.1.0
 */
export const errorMessage = (cause: unknown): string => describeUnknown(cause)
