import { describeError, type EventId, type EventStore, type RecordedEvent } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import type { PartitionOptions } from '../partition/Partition.ts'
import type { PartitionFeeds } from './PartitionFeeds.ts'

/**
 * Reads the events that are parked, in one request by their ids. Those that were parked by a version that did not store
 * the id are read by their positions.
 */
export const readParked =
  (
    store: Pick<EventStore, 'readLog' | 'findEvents'>,
    deliveriesOf: PartitionFeeds['deliveriesOf'],
  ): PartitionOptions['readParked'] =>
  async (parked) => {
    const positions = new Set(parked.map(({ position }) => position))
    // Stored from events.
    const ids = [...new Set(parked.flatMap(({ id }) => (id === undefined ? [] : [id as EventId])))]
    const events: Array<RecordedEvent> = []
    if (ids.length > 0) {
      const found = await runSafely(store.findEvents(ids))
      if (E.isLeft(found)) return found
      events.push(...found.right)
    }
    for (const { id, position } of parked) {
      if (id !== undefined) continue
      const page = await runSafely(store.readLog({ after: Math.max(0, position - 1), count: 1 }))
      if (E.isLeft(page)) {
        // Only positions of events that were read before are requested.
        return page.left._tag === 'LogRewound' ? rejectInput('position', describeError(page.left)) : E.left(page.left)
      }
      events.push(...page.right.events)
    }
    return E.right(
      new Map(
        events.flatMap((event) => (positions.has(event.position) ? [[event.position, deliveriesOf(event)]] : [])),
      ),
    )
  }
