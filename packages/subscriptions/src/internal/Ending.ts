import type { Stop } from './Work.ts'

/** The handler is to stop, everywhere. `position` is that of the event, when it was one, otherwise the checkpoint. */
export interface Stopped {
  readonly _tag: 'Stopped'
  readonly position: number
  readonly stop: Stop
}

/** The handler has been stopped by another partition. `rewound`: because the log went back. */
export interface Halted {
  readonly _tag: 'Halted'
  readonly rewound: boolean
}

/** Why a partition does no more work: it was given up, or lost; its handler is to stop; or has been stopped by another partition. */
export type Ending = { readonly _tag: 'Released' } | { readonly _tag: 'Lost' } | Halted | Stopped
