import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { HandlingFailure } from '../FailurePolicy.ts'
import { describeFailure } from './parking.ts'

/** A partition whose handler is to stop, and where. */
export interface Stopped {
  readonly _tag: 'Stopped'
  readonly position: number
  readonly why: HandlingFailure | InvalidInput | StoreUnavailable
}

/** Why a partition does no more work: it was given up, or lost; or its handler is to stop. */
export type Ending = { readonly _tag: 'Released' } | { readonly _tag: 'Lost' } | Stopped

/** A stop in a sentence for people. */
export const describeStop = ({ position, why }: Stopped): string => {
  if (why._tag === 'InvalidInput') return `at position ${position}: ${why.what} ${why.why}`
  if (why._tag === 'StoreUnavailable') return `at position ${position}: ${why.why}`
  return `at position ${position}: ${describeFailure(why)}`
}
