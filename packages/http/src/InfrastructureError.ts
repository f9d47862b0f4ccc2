import type { StoreError } from '@foldlog/core'
import type { DispatchError } from '@foldlog/dispatcher'
import type { RequestError } from './RequestError.ts'

/**
 * A stored view that is not what its codec knows, as `@foldlog/subscriptions` tells it.
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
 * Everything that can go wrong on the way of a request, beside what the domain refuses.
 *
 * @category errors
 * @since 0.1.0
 */
export type InfrastructureError = RequestError | StoreError | DispatchError | UnreadableView
