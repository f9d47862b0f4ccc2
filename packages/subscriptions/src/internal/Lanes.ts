import type { DocumentChange, HandlerDocument, InvalidInput, PartitionRef, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import { ask } from './asking.ts'
import type { Delivery } from './Delivery.ts'
import { prefixOf } from './keys.ts'
import { type ParkedData, parkedChange, parkedOf } from './parking.ts'
import {
  allTries,
  nothing,
  type Parking,
  type Stop,
  type Turn,
  type Turned,
  type Work,
  type WorkTools,
} from './Work.ts'

type Asked<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/** The lanes of a partition that are blocked, because an event in them is parked: whatever comes in them later is parked behind it, so that order holds. */
export interface Lanes {
  /** Begins with what is parked. */
  readonly open: (parked: ReadonlyArray<HandlerDocument>) => void
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
  /** The deliveries of the event at a position. */
  readonly read: (position: number) => Asked<ReadonlyArray<Delivery>>
  /** Whether a lane belongs to this partition. */
  readonly isOurs: (lane: string) => boolean
  readonly enqueue: WorkTools['enqueue']
}

interface Parked {
  readonly document: HandlerDocument
  readonly data: ParkedData
}

const isFailure = (why: Stop['why']): why is HandlingFailure =>
  why._tag !== 'InvalidInput' && why._tag !== 'HandlerRewound'

export const makeLanes = ({ store, partition, read, isOurs, enqueue }: LanesOptions): Lanes => {
  /** How many events are parked in each blocked lane. */
  const blocked = new Map<string, number>()
  /** The lane of which the turn under way takes an event out, and what is to follow. */
  let leaving: { readonly lane: string; readonly next: () => Promise<Turned> } | undefined

  /** The first of a lane, by its key. */
  const headOf = async (lane: string): Asked<Parked | undefined> => {
    for (let after: string | undefined; ; ) {
      const page = await ask(
        store.listDocuments({
          name: partition.name,
          generation: partition.generation,
          kind: 'parked',
          partitions: [partition.partition],
          prefix: prefixOf(lane),
          count: 100,
          ...(after === undefined ? undefined : { after }),
        }),
      )
      if (E.isLeft(page)) return page
      for (const document of page.right.documents) {
        const data = parkedOf(document)
        if (data !== undefined) return E.right({ document, data })
      }
      after = page.right.documents.at(-1)?.key
      if (page.right.end) return E.right(undefined)
    }
  }

  /**
   * The lane in which a delivery has to wait, if any. An event that could not be decoded waits in the lane of its stream, and later events of that stream
   * wait behind it there, whatever lane they would be in.
   */
  const waitsIn = ({ lane, event }: Delivery): string | undefined => {
    // The stream first: so an event waits there with all its lanes, or with none, and no lane of it is met twice.
    if (blocked.has(event.stream)) return event.stream
    return blocked.has(lane) ? lane : undefined
  }

  /** What is to be done now for a parked event, of the deliveries that its event has today. Other lanes of it are, or were, the matter of others. */
  const wanted = ({ lane, whole }: ParkedData, deliveries: ReadonlyArray<Delivery>): ReadonlyArray<Delivery> =>
    deliveries.filter((one) => E.isLeft(one.content) || (whole ? isOurs(one.lane) : one.lane === lane))

  /** Still parked: with the new reason and one more try, and no wish any more. */
  const still = ({ data }: Parked, delivery: Delivery, why: Parking['why']): Turn => ({
    ...nothing,
    changes: [
      parkedChange(
        partition.partition,
        { delivery: { ...delivery, lane: data.lane }, why },
        { ...data, tries: data.tries + 1 },
      ),
    ],
  })

  const out = (lane: string, work: Work): void => {
    leaving = { lane, next: () => retry(lane, work, true) }
  }

  /**
   * Tries the head of a lane. When it succeeds, what only stands behind it follows, each event in a turn of its own, so that what was done is kept; an
   * event that has failed by itself waits for a wish of its own.
   */
  const retry = async (lane: string, work: Work, follows = false): Promise<Turned> => {
    const found = await headOf(lane)
    if (E.isLeft(found)) return found
    const head = found.right
    if (head === undefined || (follows && !head.data.behind)) return E.right(nothing)
    const deliveries = await read(head.data.position)
    if (E.isLeft(deliveries)) return deliveries
    const own = wanted(head.data, deliveries.right)
    const [first] = own
    const gone: DocumentChange = { kind: 'parked', key: head.document.key }
    if (first === undefined) {
      // It can be decoded now, and is none of ours; or the handler has changed, and the event is not in this lane any more.
      out(lane, work)
      return E.right({ ...nothing, changes: [gone] })
    }
    // Of its own lanes one may be blocked by another event.
    const free = own.filter((one) => one.lane === lane || !blocked.has(one.lane))
    const behind = own.filter((one) => !free.includes(one)).map((delivery) => ({ delivery, why: 'behind' as const }))
    const turn = free.length === 0 ? E.right(nothing) : await work.handle(free, allTries)
    if (E.isLeft(turn)) return turn
    const { stop, again, parked, ...done } = turn.right
    // A handler that would stop at this event is stopped by nobody's wish.
    if (stop !== undefined) {
      const { why } = stop
      return E.right(still(head, first, isFailure(why) ? why : { _tag: 'HandlerRefused', error: why }))
    }
    if (again !== undefined && again.length > 0) return E.right(nothing)
    const failed = parked.find(({ delivery }) => delivery.lane === lane || E.isLeft(delivery.content))
    if (failed !== undefined) return E.right(still(head, failed.delivery, failed.why))
    out(lane, work)
    return E.right({
      ...done,
      parked: [...parked, ...behind],
      changes: [...done.changes, gone],
      instead: (why) => {
        leaving = undefined
        return still(head, first, why)
      },
    })
  }

  return {
    open: (parked) => {
      blocked.clear()
      for (const document of parked) {
        const data = parkedOf(document)
        if (data !== undefined) blocked.set(data.lane, (blocked.get(data.lane) ?? 0) + 1)
      }
    },
    divide: (taken) => {
      if (blocked.size === 0) return { open: taken, blocked: [] }
      const open: Array<Delivery> = []
      const waiting = new Map<string, Parking>()
      for (const delivery of taken) {
        const lane = waitsIn(delivery)
        if (lane === undefined) open.push(delivery)
        // Of an event with several lanes one document waits in the lane of its stream: all of them come with it.
        else
          waiting.set(`${lane}\n${delivery.event.position}`, {
            delivery: lane === delivery.lane ? delivery : { ...delivery, lane },
            why: 'behind',
            whole: blocked.has(delivery.event.stream),
          })
      }
      return { open, blocked: [...waiting.values()] }
    },
    park: (parked, now) =>
      parked.map((one) =>
        parkedChange(partition.partition, one, { tries: one.why === 'behind' ? 0 : 1, parkedAt: now }),
      ),
    committed: (parked) => {
      for (const { delivery } of parked) blocked.set(delivery.lane, (blocked.get(delivery.lane) ?? 0) + 1)
      if (leaving === undefined) return
      const { lane, next } = leaving
      leaving = undefined
      const left = (blocked.get(lane) ?? 1) - 1
      if (left <= 0) blocked.delete(lane)
      else {
        blocked.set(lane, left)
        enqueue(next)
      }
    },
    grant: async (document, work) => {
      // Somebody may have taken it out since it was read, or the wish was granted already.
      const { name, generation } = partition
      const found = await ask(store.getDocuments({ name, generation, kind: 'parked' }, [document.key]))
      if (E.isLeft(found)) return found
      const [wished] = found.right
      const data = wished === undefined ? undefined : parkedOf(wished)
      if (wished === undefined || data === undefined || wished.wish === null) return E.right(nothing)
      if (wished.wish === 'discard') {
        out(data.lane, work)
        return E.right({ ...nothing, changes: [{ kind: 'parked', key: wished.key }] })
      }
      const turn = await retry(data.lane, work)
      if (E.isLeft(turn) || turn.right.changes.some(({ key }) => key === wished.key)) return turn
      // Written as it is: the wish was for the lane, and is granted.
      const changes = [{ kind: 'parked', key: wished.key, data: wished.data } as const, ...turn.right.changes]
      return E.right({ ...turn.right, changes })
    },
    count: () => blocked.size,
  }
}
