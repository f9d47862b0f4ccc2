import type { DocumentChange, HandlerDocument, InvalidInput, PartitionRef, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'
import type { Delivery } from './Delivery.ts'
import { parkedChange, parkedOf } from './parking.ts'
import { nothing, type Parking, type Turn, type Turned, type Work, type WorkTools } from './Work.ts'

/** The lanes of a partition that are blocked, because an event in them is parked: whatever comes in them later is parked behind it, so that order holds. */
export interface Lanes {
  readonly open: () => Promise<E.Either<InvalidInput | StoreUnavailable, void>>
  readonly divide: (taken: ReadonlyArray<Delivery>) => {
    readonly open: ReadonlyArray<Delivery>
    readonly blocked: ReadonlyArray<Parking>
  }
  readonly park: (parked: ReadonlyArray<Parking>, now: number) => ReadonlyArray<DocumentChange>
  readonly committed: (parked: ReadonlyArray<Parking>) => void
  /** Does what somebody has wished of a parked event. */
  readonly grant: (document: HandlerDocument, work: Work) => Promise<Turned>
  readonly count: () => number
}

export interface LanesOptions {
  readonly store: WorkTools['store']
  readonly partition: PartitionRef
  readonly read: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>>
  readonly enqueue: WorkTools['enqueue']
}

export const makeLanes = ({ store, partition, read, enqueue }: LanesOptions): Lanes => {
  /** How many events are parked in each blocked lane. */
  const blocked = new Map<string, number>()
  /** Lanes of which an event is taken out by the turn under way: how many are left, and what is to follow. */
  const leaving = new Map<string, { readonly left: number; readonly next: () => Promise<Turned> }>()

  const parkedIn = async (
    after: string | undefined,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<HandlerDocument>>> => {
    const all: Array<HandlerDocument> = []
    for (let from = after; ; ) {
      const page = await ask(
        store.listDocuments({
          name: partition.name,
          generation: partition.generation,
          kind: 'parked',
          partitions: [partition.partition],
          ...(from === undefined ? undefined : { after: from }),
        }),
      )
      if (E.isLeft(page)) return page
      all.push(...page.right.documents)
      from = page.right.documents.at(-1)?.key
      if (page.right.end) return E.right(all)
    }
  }

  const count = (documents: ReadonlyArray<HandlerDocument>): void => {
    blocked.clear()
    for (const document of documents) {
      const lane = parkedOf(document)?.lane
      if (lane !== undefined) blocked.set(lane, (blocked.get(lane) ?? 0) + 1)
    }
  }

  const isBlocked = ({ lane, event }: Delivery): boolean => blocked.has(lane) || blocked.has(event.stream)

  /** The parked events of one lane, in order. Keys sort by lane and position. */
  const inLane = async (lane: string) => {
    const all = await parkedIn(undefined)
    return E.isLeft(all) ? all : E.right(all.right.filter((document) => parkedOf(document)?.lane === lane))
  }

  /**
   * Tries the head of a lane. When it succeeds, what only stands behind it follows, each event in a turn of its own, so that what was done is kept; an
   * event that has failed by itself waits for a wish of its own.
   */
  const retry = async (lane: string, work: Work, follows = false): Promise<Turned> => {
    const queue = await inLane(lane)
    if (E.isLeft(queue)) return queue
    const [head, ...rest] = queue.right
    const parked = head === undefined ? undefined : parkedOf(head)
    if (head === undefined || parked === undefined || (follows && !parked.behind)) return E.right(nothing)
    const found = await read(parked.position)
    if (E.isLeft(found)) return found
    const delivery = found.right.find((one) => one.lane === lane)
    // The handler has changed, and the event is not in this lane any more: there is nothing to be done.
    const turn = delivery === undefined ? E.right(nothing) : await work.handle([delivery])
    if (E.isLeft(turn) || turn.right.stop !== undefined) return turn
    // Still parked: with the new reason and one more try, and no wish any more.
    const still = (failed: Parking): Turn => ({
      ...nothing,
      changes: [parkedChange(failed, parked.tries + 1, parked.parkedAt)],
    })
    const [failed] = turn.right.parked
    if (failed !== undefined) return E.right(still(failed))
    leaving.set(lane, { left: rest.length, next: () => retry(lane, work, true) })
    return E.right({
      ...turn.right,
      changes: [...turn.right.changes, { kind: 'parked', key: head.key }],
      instead: (why) => {
        leaving.delete(lane)
        return delivery === undefined ? nothing : still({ delivery, why })
      },
    })
  }

  const discard = async (lane: string, key: string, work: Work): Promise<Turned> => {
    const queue = await inLane(lane)
    if (E.isLeft(queue)) return queue
    const left = queue.right.filter((document) => document.key !== key).length
    leaving.set(lane, { left, next: () => retry(lane, work, true) })
    return E.right({ changes: [{ kind: 'parked', key }], parked: [] })
  }

  return {
    open: async () => {
      const all = await parkedIn(undefined)
      if (E.isLeft(all)) return all
      count(all.right)
      return E.right(undefined)
    },
    divide: (taken) => {
      if (blocked.size === 0) return { open: taken, blocked: [] }
      return {
        open: taken.filter((delivery) => !isBlocked(delivery)),
        blocked: taken.filter(isBlocked).map((delivery) => ({ delivery, why: 'behind' })),
      }
    },
    park: (parked, now) => parked.map((one) => parkedChange(one, one.why === 'behind' ? 0 : 1, now)),
    committed: (parked) => {
      for (const { delivery } of parked) blocked.set(delivery.lane, (blocked.get(delivery.lane) ?? 0) + 1)
      for (const [lane, { left, next }] of leaving) {
        if (left === 0) blocked.delete(lane)
        else {
          blocked.set(lane, left)
          enqueue(next)
        }
      }
      leaving.clear()
    },
    grant: async (document, work) => {
      const data = parkedOf(document)
      if (data === undefined) return E.right(nothing)
      return document.wish === 'discard' ? discard(data.lane, document.key, work) : retry(data.lane, work)
    },
    count: () => blocked.size,
  }
}
