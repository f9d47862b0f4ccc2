import type { StopRequest } from '../handlers/HandlerWorker.ts'

/** The handler is to stop, everywhere. `position` is that of the event, when it was one, otherwise the checkpoint. */
export interface StoppedHere {
  readonly _tag: 'StoppedHere'
  readonly position: number
  readonly stop: StopRequest
}

/** The handler has been stopped by another partition. `rewound`: because the log went back. */
export interface StoppedElsewhere {
  readonly _tag: 'StoppedElsewhere'
  readonly rewound: boolean
}

/** Why a partition does no more work: it was given up, or lost; its handler is to stop; or has been stopped by another partition. */
export type PartitionEnd = { readonly _tag: 'Drained' } | { readonly _tag: 'Lost' } | StoppedElsewhere | StoppedHere
