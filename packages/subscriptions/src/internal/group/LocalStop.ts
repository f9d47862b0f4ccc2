import type { GenerationRole, HandlerRef } from '@foldlog/core/store'
import type { GenerationStatus, RuntimeStatus } from '../../RuntimeStatus.ts'

/** Why a handler does nothing in this process, when the store does not know the reason. */
export interface LocalStop extends HandlerRef, LocalPartitionStop {
  /** The role of the generation when the store does not know it. */
  readonly role: GenerationRole
}

/** The stop of a partition, when the store does not know it. */
export interface LocalPartitionStop {
  readonly partition: number
  readonly position: number
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** The status of a handler that the store does not know. */
const unknownToStore = (
  settledPosition: number,
  { name, generation, position, role }: LocalStop,
): GenerationStatus => ({
  name,
  generation,
  serves: role === 'serving',
  role,
  partitions: [],
  members: [],
  parked: 0,
  timers: 0,
  commands: 0,
  stops: [],
  state: 'stopped',
  building: false,
  position,
  lag: Math.max(0, settledPosition - position),
  lagSeconds: 0,
  rate: 0,
  holders: [],
  stopped: [],
  reasons: [],
  waitsFor: [],
  waitingCommands: [],
})

const withStop = (overview: GenerationStatus, { partition, position, reason, since }: LocalStop): GenerationStatus => ({
  ...overview,
  state: 'stopped',
  stopped: [
    ...overview.stopped,
    { partition, position, reason, event: null, stoppedAt: new Date(since), resuming: false, rewound: null },
  ],
  reasons: [...overview.reasons, `at position ${position}: ${reason}`],
})

/** The store's status of the handlers, together with what only this process knows when the status is there. */
export const withLocalStops =
  (stops: () => ReadonlyArray<LocalStop>) =>
  (status: RuntimeStatus): RuntimeStatus =>
    stops().reduce(({ handlers, ...log }, stop) => {
      const isMeant = ({ name, generation }: HandlerRef): boolean =>
        name === stop.name && generation === stop.generation
      const known = handlers.some(isMeant) ? handlers : [...handlers, unknownToStore(log.settledPosition, stop)]
      return { ...log, handlers: known.map((one) => (isMeant(one) ? withStop(one, stop) : one)) }
    }, status)
