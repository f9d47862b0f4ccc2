import type { StopRequest } from '../handlers/HandlerWorker.ts'

/** Why a partition ended: it was drained or lost; it stops its handler; or another partition has stopped it. */
export type PartitionEnd = { readonly _tag: 'Drained' } | { readonly _tag: 'Lost' } | StoppedElsewhere | StoppedHere

/**
 * The handler must stop, in every process. `position` is the position of the event that causes it, otherwise the
 * checkpoint.
 */
export interface StoppedHere {
  readonly _tag: 'StoppedHere'
  readonly position: number
  readonly stop: StopRequest
}

/** Another partition has stopped the handler. `rewound`: because the log went back. */
export interface StoppedElsewhere {
  readonly _tag: 'StoppedElsewhere'
  readonly rewound: boolean
}

/** How a partition ended. `isLocal`: the ending is a stop that the store rejects, so only this process knows of it. */
export interface StoredEnd {
  readonly ending: PartitionEnd
  readonly isLocal: boolean
}
