import type { EventId, InvalidInput, Json } from '@foldlog/core'
import { type DocumentChange, type HandlerDocument, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { sortableNumber } from '../handlers/documentKeys.ts'
import type { PartitionLog } from '../history/PartitionLog.ts'
import type { HandledPlace } from '../history/rewindDetection.ts'
import type { RetryingLanes } from './RetryingLanes.ts'

/**
 * The events beyond the checkpoint that are handled. While a lane is retrying, the checkpoint is before its first
 * event, and other lanes continue. How far they are, and what is not handled there, is a document of the same commit.
 * The next owner of the partition reads the log from the checkpoint on, and skips what is handled.
 */
export interface CheckpointGaps {
  /** What the document says with which the partition was opened. */
  readonly found: Omit<GapsDocument, 'unfinished'>
  /** Its unfinished lanes, by position. */
  readonly lanes: ReadonlyMap<number, ReadonlySet<string>>
  /** The document as it is stored now; empty when there is none. */
  readonly written: string
}

/**
 * Stored form: every event up to `doneTo` is handled, except those at these positions, grouped by lane. `doneTo` is a
 * position of `history`. `last` is the last event up to there that the partition has handled; `null` when it is not
 * known.
 */
const GapsDocument = t.strict({
  doneTo: t.number,
  history: t.string,
  last: t.union([t.strict({ position: t.number, id: t.string }), t.null]),
  unfinished: t.array(t.tuple([t.string, t.array(t.number)])),
})

export type GapsDocument = t.TypeOf<typeof GapsDocument>

export const noGaps: CheckpointGaps = { found: { doneTo: 0, history: '', last: null }, lanes: new Map(), written: '' }

export const restoreGaps = (document: HandlerDocument | undefined): E.Either<InvalidInput, CheckpointGaps> => {
  if (document === undefined) return E.right(noGaps)
  const data = GapsDocument.decode(document.data)
  if (E.isLeft(data)) return rejectInput('gaps', `of partition ${document.partition} cannot be decoded by this version`)
  const { unfinished, ...found } = data.right
  const lanes = new Map<number, Set<string>>()
  for (const [lane, positions] of unfinished) {
    for (const position of positions) lanes.set(position, (lanes.get(position) ?? new Set()).add(lane))
  }
  return E.right({ found, lanes, written: JSON.stringify(data.right) })
}

/** The place up to which the stored document says that events are handled. */
export const placeOf = ({ found: { doneTo, history, last }, written }: CheckpointGaps): HandledPlace | undefined =>
  written === ''
    ? undefined
    : {
        position: doneTo,
        history,
        // Written from an event.
        recent: last === null ? [] : [{ position: last.position, id: last.id as EventId, stream: null, type: null }],
      }

/** The deliveries among those taken that are not handled yet. */
export const unfinishedOf = (
  { found, lanes }: CheckpointGaps,
  taken: ReadonlyArray<Delivery>,
): ReadonlyArray<Delivery> => {
  if ((taken[0]?.event.position ?? 0) > found.doneTo) return taken
  /** Positions of events that the handler still has in a stored lane. */
  const known = new Set<number>()
  for (const { lane, event } of taken) if (lanes.get(event.position)?.has(lane)) known.add(event.position)
  return taken.filter(({ lane, event: { position } }) => {
    if (position > found.doneTo) return true
    const unfinished = lanes.get(position)
    // When none of the stored lanes exists any more, the handler has changed its lanes: all deliveries are unfinished.
    return unfinished !== undefined && (unfinished.has(lane) || !known.has(position))
  })
}

const unfinishedByLane = (gaps: CheckpointGaps, retrying: RetryingLanes, to: number): GapsDocument['unfinished'] => {
  const byLane = new Map<string, Array<number>>()
  const add = (lane: string, position: number) => {
    const own = byLane.get(lane)
    if (own === undefined) byLane.set(lane, [position])
    else own.push(position)
  }
  for (const [lane, { deliveries }] of retrying) for (const { event } of deliveries) add(lane, event.position)
  // What an earlier owner has left unfinished, and was not taken yet.
  for (const [position, lanes] of gaps.lanes) if (position > to) for (const lane of lanes) add(lane, position)
  return [...byLane]
}

/** The document for a checkpoint at `position`, when everything up to `to` was taken; absent when there is no gap. */
export const documentOf = (
  gaps: CheckpointGaps,
  log: Pick<PartitionLog, 'place' | 'lastUpTo'>,
  position: number,
  to: number,
  retrying: RetryingLanes,
): GapsDocument | undefined => {
  const { found } = gaps
  if (position >= Math.max(to, found.doneTo)) return undefined
  const unfinished = unfinishedByLane(gaps, retrying, to)
  // The stored part keeps the history in which it was verified.
  if (to < found.doneTo) return { doneTo: found.doneTo, history: found.history, last: found.last, unfinished }
  const event = log.lastUpTo(to)
  const last = event === undefined ? found.last : { position: event.position, id: event.id }
  return { doneTo: to, history: log.place().history, last, unfinished }
}

/** The changes that store a document, and the gaps after their commit. */
export const storeGaps = (
  gaps: CheckpointGaps,
  partition: number,
  document: GapsDocument | undefined,
): readonly [changes: ReadonlyArray<DocumentChange>, next: CheckpointGaps] => {
  const written = document === undefined ? '' : JSON.stringify(document)
  if (written === gaps.written) return [[], gaps]
  // Strings and numbers only.
  const data = document === undefined ? undefined : { data: document as Json }
  return [[{ kind: 'gaps', key: sortableNumber(partition), ...data }], { ...gaps, written }]
}
