import { type Appended, type Event, type HistoryId, Marker, Query, type Recorded } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Batch, Round } from './Batch.ts'
import type { BoundaryCache } from './BoundaryEvents.ts'
import type { BoundaryDecisions, BoundaryPending, conditionsOf, DecidedEvent, Sources } from './decideBoundaries.ts'
import { settleIfNew } from './settlements.ts'

const recordedOf = (
  events: ReadonlyArray<DecidedEvent>,
  places: ReadonlyMap<DecidedEvent, Pick<Recorded<Event>, 'version' | 'position' | 'recordedAt'>>,
): ReadonlyArray<Recorded<Event>> =>
  events.flatMap((event) => {
    const where = places.get(event)
    const { id, metadata } = event.newEvent
    const { stream, event: own } = event.tagged
    return where === undefined ? [] : [{ id, stream, metadata, ...where, index: 0, effectId: id, event: own }]
  })

const resultOf = (
  { commandId, correlationId, route }: BoundaryPending,
  events: ReadonlyArray<Recorded<Event>>,
  history: HistoryId | undefined,
) =>
  route.result([], {
    events,
    duplicate: false,
    commandId,
    correlationId,
    ...(history === undefined ? undefined : { history }),
  })

/** Settles commands that store nothing. */
export const settleRest = (batch: Batch, { accepted, rejected }: BoundaryDecisions, history: HistoryId | undefined) =>
  settleIfNew(
    batch,
    [
      ...accepted.flatMap(({ pending, events }) =>
        events.length > 0 ? [] : [{ pending, outcome: E.right(resultOf(pending, [], history)) }],
      ),
      ...rejected.map(({ pending, error }) => ({ pending, outcome: E.left(error) })),
    ],
    history,
  )

/** Settles the commands of an append, and keeps what they have read together with their events. */
export const settleAppended = (
  cache: BoundaryCache,
  batch: Batch,
  decisions: BoundaryDecisions,
  sources: Sources,
  conditions: ReturnType<typeof conditionsOf>,
  results: ReadonlyArray<Appended>,
): Promise<Round> => {
  const places = new Map<DecidedEvent, Pick<Recorded<Event>, 'version' | 'position' | 'recordedAt'>>()
  let nth = 0
  for (const events of decisions.streams.values()) {
    const result = results[nth++]
    for (const [i, event] of events.entries()) {
      const position = result?.positions[i]
      if (result === undefined || position === undefined) continue
      places.set(event, { version: result.firstVersion + i, position, recordedAt: result.recordedAt })
    }
  }
  const history = results[0]?.history
  for (const [i, { command }] of conditions.entries()) {
    const known = sources.get(command.source)
    const marker = results[0]?.markers?.[i]
    if (known === undefined || marker === undefined || history === undefined || !command.guardsAll) {
      cache.forget(command)
      continue
    }
    const isRead = Query.matches(command.query)
    const own = [...places].flatMap(([{ tagged, newEvent }, { position }]) =>
      isRead({ type: newEvent.type, stream: tagged.stream, tags: tagged.tags }) ? [{ position, tagged }] : [],
    )
    // The marker of a part has seen the events of that part; these are those of all parts.
    const positions = own.map(({ position }) => position)
    cache.keep(command, {
      events: [...known.events, ...own],
      marker: Marker.advance(marker, marker.settled, positions, history),
    })
  }
  for (const { pending, events } of decisions.accepted) {
    if (events.length > 0) pending.settle(E.right(resultOf(pending, recordedOf(events, places), history)))
  }
  return settleRest(batch, decisions, history)
}
