import type { StoreError, ViewDecodeFailure } from '@foldlog/core'
import type { DispatchError, VersionNotFound } from '@foldlog/dispatcher'
import type { RequestError } from './RequestError.ts'

/**
 * Every error of a request beside the domain's own errors.
 *
 * @category errors
 * @since 0.1.0
 */
export type InfrastructureError = RequestError | StoreError | DispatchError | VersionNotFound | ViewDecodeFailure
