import type { StoreError } from '@foldlog/core'
import type { DispatchError } from '@foldlog/dispatcher'
import type { RequestError } from './RequestError.ts'

/**
 * A stored view that its codec rejects, as `@foldlog/subscriptions` reports it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnreadableView {
  readonly _tag: 'ViewDecodeFailure'
  readonly projection: string
  readonly key: string
  readonly why: string
}

/**
 * Every error of a request beside the domain's own errors.
 *
 * @category errors
 * @since 0.1.0
 */
export type InfrastructureError = RequestError | StoreError | DispatchError | UnreadableView
