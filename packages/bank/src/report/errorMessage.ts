import { describeUnknown } from '@foldlog/core'

/**
 * What went wrong, in the words of whoever failed. Errors of Node are known by their shape: those of another realm have another `Error`.
 *
 * @category destructors
 * @since 0.1.0
 */
export const errorMessage = (cause: unknown): string => describeUnknown(cause)
