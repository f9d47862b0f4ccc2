import type { EventId, StoreUnavailable } from '@foldlog/core'
import type { CheckedAppend } from '@foldlog/core/store'
import type { Batching } from '../../Batching.ts'
import { type AppendBoundary, boundaryOf, makeBoundaryBatch } from './AppendBoundary.ts'
import type { AppendRequest } from './AppendRequest.ts'
import type { AppendOutcome } from './appendResults.ts'

/** An append that waits in the queue, or is in flight. */
export interface PendingAppend extends AppendRequest {
  readonly ids: ReadonlyArray<EventId>
  /** The tags of its events and its conditions; `undefined` when it has neither. */
  readonly boundary: AppendBoundary | undefined
  readonly characters: number
  readonly retryUntil: number
  readonly settle: (outcome: AppendOutcome) => void
  /** Whether its batch was rejected as a whole: then it is sent alone, so that another append cannot make it fail. */
  alone: boolean
  attempts: number
  /** The failure of the first attempt. */
  firstError: StoreUnavailable | undefined
}

/**
 * Number of events from which the waiting appends are sent as two halves: one half is encoded or stored while the other
 * is in flight. With fewer events, a second batch costs more than it saves.
 */
const splitThreshold = 32

/** Approximate characters of an id, a version and the separators of an event. */
const charactersPerEvent = 64

/** The approximate number of characters that are sent for an append: its JSON is quoted once more. */
const charactersOf = ({ stream, size, events, checks }: CheckedAppend): number =>
  events.reduce(
    (sum, { type, correlationId, causationId }) =>
      sum + charactersPerEvent + type.length + (correlationId?.length ?? 0) + (causationId?.length ?? 0),
    checks.reduce((sum, check) => sum + 2 * check.stream.length, 2 * stream.length + size),
  )

const hasAtLeastEvents = (appends: ReadonlyArray<PendingAppend>, minimum: number): boolean => {
  let events = 0
  return appends.some(({ ids }) => {
    events += ids.length
    return events >= minimum
  })
}

/** Makes a pending append that is sent again after a lost connection until `retryUntil`, in milliseconds since 1970. */
export const makePendingAppend = (
  { parts, views }: AppendRequest,
  retryUntil: number,
  settle: (outcome: AppendOutcome) => void,
): PendingAppend => ({
  parts,
  views,
  ids: parts.flatMap(({ events }) => events.map(({ id }) => id)),
  boundary: boundaryOf(parts),
  characters: parts.reduce((sum, part) => sum + charactersOf(part), views?.length ?? 0),
  retryUntil,
  settle,
  alone: false,
  attempts: 0,
  firstError: undefined,
})

/**
 * Returns the length of the longest prefix of the queue that may be sent together: within the limits, and without a
 * repeated id (a repetition waits for the first). Appends with tags or conditions are sent apart from the others, which
 * take a faster path, and none behind another that may change what its conditions rest on. `mayHalve`: another half may
 * be in flight beside it.
 */
export const nextBatchSize = (queue: ReadonlyArray<PendingAppend>, batching: Batching, mayHalve: boolean): number => {
  const halves = mayHalve && hasAtLeastEvents(queue, splitThreshold)
  const available = halves ? Math.ceil(queue.length / 2) : queue.length
  const maxAppends = Math.min(batching.appends, available)
  const ids = new Set<EventId>()
  const rest = makeBoundaryBatch()
  let characters = 0
  let size = 0
  for (const pending of queue) {
    characters += pending.characters
    const fits = size < maxAppends && characters <= batching.characters && !pending.alone
    if (size > 0 && (!fits || !rest.admits(pending.boundary) || pending.ids.some((id) => ids.has(id)))) break
    rest.add(pending.boundary)
    for (const id of pending.ids) ids.add(id)
    size++
    if (pending.alone) break
  }
  return size
}
