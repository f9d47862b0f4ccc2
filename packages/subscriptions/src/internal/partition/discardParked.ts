import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { emptyUnit } from '../handlers/HandlerWorker.ts'
import { isBlocked } from './BlockedLanes.ts'
import type { IncidentLog } from './IncidentLog.ts'
import type { ParkedLanes } from './ParkedLanes.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import { decodeAll } from './parkedPages.ts'
import type { Task } from './Transition.ts'
import { settleUnparking } from './unparking.ts'

/** Discards the parked events with these keys, as requested. */
export const discardParked =
  (
    { store, lease: { name, generation, partition } }: PartitionOptions,
    lanes: ParkedLanes,
    incidents: IncidentLog,
    keys: ReadonlyArray<string>,
  ): Task =>
  async (state) => {
    // They may have been handled or discarded since the poll.
    const found = await runSafely(store.getDocuments({ name, generation, kind: 'parked' }, keys))
    if (E.isLeft(found)) return found
    const discarded = decodeAll(found.right).filter(({ document }) => document.requestedAction === 'discard')
    const settled = settleUnparking(state, { partition, discarded, tried: [], read: [] }, emptyUnit)
    const left = new Set(discarded.map(({ data }) => data.lane))
    const onCommitted = (): void => incidents.discarded(discarded.map(({ data }) => data))
    return E.right({
      ...settled,
      unit: { ...settled.unit, onCommitted },
      onReached: () =>
        lanes.onDiscarded(
          keys,
          [...left].filter((lane) => isBlocked(settled.next.blocked, lane)),
        ),
    })
  }
