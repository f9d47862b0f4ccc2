import type { EventId, HistoryId, InvalidInput, Json } from '@foldlog/core'
import { type DocumentChange, type HandlerDocument, type PartitionRef, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { EventRef } from '../../HandlerRewound.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { sortableNumber } from '../handlers/documentKeys.ts'
import type { HandledPlace } from '../history/rewindDetection.ts'

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

type GapsDocument = t.TypeOf<typeof GapsDocument>

/**
 * The events beyond the checkpoint that are handled. While a lane is retrying, the checkpoint is before its first
 * event, and other lanes continue. How far they are, and what is not handled there, is a document of the same commit.
 * The next owner of the partition reads the log from the checkpoint on, and skips what is handled.
 */
export interface CheckpointGaps {
  /**
   * Starts with the stored document, if there is one. Returns the place up to which it says that events are handled.
   */
  readonly restore: (documents: ReadonlyArray<HandlerDocument>) => E.Either<InvalidInput, HandledPlace | undefined>
  /** The deliveries among those taken that are not handled yet. */
  readonly unfinished: (taken: ReadonlyArray<Delivery>) => ReadonlyArray<Delivery>
  /**
   * The changes of the document in a commit, when everything up to `to` was taken and only `retrying` of it is not
   * handled.
   */
  readonly changes: (position: number, to: number, retrying: ReadonlyArray<Delivery>) => ReadonlyArray<DocumentChange>
  /** Call when the last changes are committed. */
  readonly committed: () => void
}

const unfinishedByLane = (
  retrying: Iterable<readonly [lane: string, position: number]>,
): GapsDocument['unfinished'] => {
  const byLane = new Map<string, Array<number>>()
  for (const [lane, position] of retrying) {
    const own = byLane.get(lane)
    if (own === undefined) byLane.set(lane, [position])
    else own.push(position)
  }
  return [...byLane]
}

type Done = Pick<GapsDocument, 'doneTo' | 'history' | 'last'>

export interface AheadOptions extends Pick<PartitionRef, 'partition'> {
  /** The history of the log from which the partition got its events. */
  readonly history: () => HistoryId
  /** The last event up to a position that the partition has handled. */
  readonly lastUpTo: (position: number) => EventRef | undefined
}

const placeOf = ({ doneTo, history, last }: GapsDocument): HandledPlace => ({
  position: doneTo,
  history,
  // Written from an event.
  recent: last === null ? [] : [{ position: last.position, id: last.id as EventId, stream: null, type: null }],
})

export const makeCheckpointGaps = ({ partition, history, lastUpTo }: AheadOptions): CheckpointGaps => {
  const key = sortableNumber(partition)
  /** The stored gaps, with lanes by position. */
  let found: Done & { readonly lanes: ReadonlyMap<number, ReadonlySet<string>> } = {
    doneTo: 0,
    history: '',
    last: null,
    lanes: new Map(),
  }
  let written = ''
  let pending = ''

  /**
   * The unfinished deliveries of one event. When none of the stored lanes exists any more, the handler has changed its
   * lanes, so all deliveries are unfinished.
   */
  const unfinishedOf = (own: ReadonlyArray<Delivery>): ReadonlyArray<Delivery> => {
    const [first] = own
    if (first === undefined || first.event.position > found.doneTo) return own
    const lanes = found.lanes.get(first.event.position)
    if (lanes === undefined) return []
    const known = own.filter(({ lane }) => lanes.has(lane))
    return known.length > 0 ? known : own
  }

  /** How far events are handled. The stored part keeps the history in which it was verified. */
  const doneAt = (to: number): Done => {
    if (to < found.doneTo) return { doneTo: found.doneTo, history: found.history, last: found.last }
    const event = lastUpTo(to)
    const last = event === undefined ? found.last : { position: event.position, id: event.id }
    return { doneTo: to, history: history(), last }
  }

  return {
    restore: ([document]) => {
      if (document === undefined) return E.right(undefined)
      const data = GapsDocument.decode(document.data)
      if (E.isLeft(data)) return rejectInput('gaps', `of partition ${partition} cannot be decoded by this version`)
      const lanes = new Map<number, Set<string>>()
      for (const [lane, positions] of data.right.unfinished) {
        for (const position of positions) lanes.set(position, (lanes.get(position) ?? new Set()).add(lane))
      }
      const { doneTo, history, last } = data.right
      found = { doneTo, history, last, lanes }
      written = JSON.stringify(data.right)
      pending = written
      return E.right(placeOf(data.right))
    },
    unfinished: (taken) => {
      if ((taken[0]?.event.position ?? 0) > found.doneTo) return taken
      const events = new Map<number, Array<Delivery>>()
      for (const delivery of taken) {
        const own = events.get(delivery.event.position)
        if (own === undefined) events.set(delivery.event.position, [delivery])
        else own.push(delivery)
      }
      return [...events.values()].flatMap(unfinishedOf)
    },
    changes: (position, to, retrying) => {
      pending = ''
      const doneTo = Math.max(to, found.doneTo)
      if (position < doneTo) {
        const later = [...found.lanes]
          .filter(([at]) => at > to)
          .flatMap(([at, lanes]) => [...lanes].map((lane) => [lane, at] as const))
        const own = retrying.map(({ lane, event }) => [lane, event.position] as const)
        const data: GapsDocument = { ...doneAt(to), unfinished: unfinishedByLane([...own, ...later]) }
        pending = JSON.stringify(data)
        // Strings and numbers only.
        if (pending !== written) return [{ kind: 'gaps', key, data: data as Json }]
      } else if (written !== '') return [{ kind: 'gaps', key }]
      return []
    },
    committed: () => {
      written = pending
    },
  }
}
