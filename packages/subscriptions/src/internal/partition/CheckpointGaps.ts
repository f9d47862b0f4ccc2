import {
  type DocumentChange,
  type EventId,
  type HandlerDocument,
  type HistoryId,
  type InvalidInput,
  type Json,
  type PartitionRef,
  rejectInput,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { EventRef } from '../../HandlerRewound.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { sortableNumber } from '../handlers/documentKeys.ts'
import type { HandledPlace } from '../history/rewindDetection.ts'

/**
 * What is kept: everything up to `doneTo` is done, but for the events at these positions, by lane. `doneTo` is a position
 * of `history`. `last` is the last event up to there that the partition has handled; `null` when it is not known.
 */
const GapsDocument = t.strict({
  doneTo: t.number,
  history: t.string,
  last: t.union([t.strict({ position: t.number, id: t.string }), t.null]),
  unfinished: t.array(t.tuple([t.string, t.array(t.number)])),
})

type GapsDocument = t.TypeOf<typeof GapsDocument>

/**
 * What is done beyond the checkpoint. While a lane is held up, the checkpoint stands before its first event, and others go on: how far, and what is not done
 * there, is a document of the same commit. Whoever takes the partition over reads the log from the checkpoint on, and passes over what is done.
 */
export interface CheckpointGaps {
  /** Begins with the document, if there is one, and returns the place up to which it says that events are done. */
  readonly restore: (documents: ReadonlyArray<HandlerDocument>) => E.Either<InvalidInput, HandledPlace | undefined>
  /** Of what was taken, what is not done. */
  readonly unfinished: (taken: ReadonlyArray<Delivery>) => ReadonlyArray<Delivery>
  /** What a commit changes of the document, when everything up to `to` was taken, and of that only `retrying` is not done. */
  readonly changes: (position: number, to: number, retrying: ReadonlyArray<Delivery>) => ReadonlyArray<DocumentChange>
  /** The last changes were written. */
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
  /** As it was found: lanes by position. */
  let found: Done & { readonly lanes: ReadonlyMap<number, ReadonlySet<string>> } = {
    doneTo: 0,
    history: '',
    last: null,
    lanes: new Map(),
  }
  let written = ''
  let pending = ''

  /** The deliveries of one event. A lane that is not known any more was another one when it was kept: so all of them are to be done. */
  const unfinishedOf = (own: ReadonlyArray<Delivery>): ReadonlyArray<Delivery> => {
    const [first] = own
    if (first === undefined || first.event.position > found.doneTo) return own
    const lanes = found.lanes.get(first.event.position)
    if (lanes === undefined) return []
    const known = own.filter(({ lane }) => lanes.has(lane))
    return known.length > 0 ? known : own
  }

  /** How far events are done. What was found keeps the history in which it was verified. */
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
      if (E.isLeft(data)) return rejectInput('gaps', `of partition ${partition} is not what this version knows`)
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
        // Texts and numbers.
        if (pending !== written) return [{ kind: 'gaps', key, data: data as Json }]
      } else if (written !== '') return [{ kind: 'gaps', key }]
      return []
    },
    committed: () => {
      written = pending
    },
  }
}
