import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { HandlerDocument } from '@foldlog/core/store'
import { either as E, option as O } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { prefixOf } from '../handlers/documentKeys.ts'
import type { AttemptNotes } from './AttemptNotes.ts'
import { parkedInput } from './Attempts.ts'
import { decodeParked } from './ParkedDocument.ts'
import { isSingle, type ParkedLane } from './ParkedLanes.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import type { PartitionState } from './PartitionState.ts'
import { chooseParked, type Parked, type Unparking, type WaitsFor } from './unparking.ts'

// Reads the first parked events of lanes, and chooses those that are tried together.

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/** Maximum number of parked events in one unit of work. So many are handled while a new event waits. */
export const maxEvents = 100

/** Number of documents of a lane that are read at once. */
const pageSize = 500

/** What was read of a lane. */
export interface LanePage extends ReturnType<typeof chooseParked> {
  readonly one: ParkedLane
  readonly read: ReadonlyArray<Parked>
}

export const decodeAll = (documents: ReadonlyArray<HandlerDocument>): ReadonlyArray<Parked> =>
  documents.flatMap((document) => {
    const data = decodeParked(document)
    return data === undefined ? [] : [{ document, data }]
  })

const isRetryRequested = ({ document }: Parked): boolean => document.requestedAction === 'retry'

/** Reads the first parked events of lanes. What was requested for a lane may be done since the poll. */
export const readLanes = async (
  { store, lease: { name, generation, partition } }: PartitionOptions,
  { blocked }: PartitionState,
  lanes: ReadonlyArray<ParkedLane>,
): StorePromise<ReadonlyArray<LanePage>> => {
  const keys = lanes.flatMap((one) => [...one.keys])
  const query = { name, generation, kind: 'parked', partitions: [partition], count: pageSize } as const
  const [requested, ...pages] = await Promise.all([
    keys.length === 0 ? E.right([]) : runSafely(store.getDocuments({ name, generation, kind: 'parked' }, keys)),
    ...lanes.map((one) =>
      isSingle(blocked, one)
        ? E.right(undefined)
        : runSafely(store.listDocuments({ ...query, prefix: prefixOf(one.lane) })),
    ),
  ])
  if (E.isLeft(requested)) return requested
  const byKey = new Map(decodeAll(requested.right).map((parked) => [parked.document.key, parked]))
  const found: Array<LanePage> = []
  for (const [i, one] of lanes.entries()) {
    const page = pages[i]
    if (page === undefined) continue
    if (E.isLeft(page)) return page
    const first = decodeAll(page.right?.documents ?? [])
    const inPage = new Set(first.map(({ document }) => document.key))
    // Requested events may be beyond the page.
    const read = [...first, ...[...one.keys].flatMap((key) => (inPage.has(key) ? [] : (byKey.get(key) ?? [])))]
    const isRequested = one.isRequested && read.some(isRetryRequested)
    const chosen = chooseParked(page.right === undefined ? read : first, isRequested)
    found.push({ one, read, ...chosen })
  }
  return E.right(found)
}

/** The events of a unit of work, and the lanes whose first event cannot be tried yet. */
export interface Chosen {
  readonly tried: ReadonlyArray<Unparking>
  readonly waiting: ReadonlyArray<ParkedLane>
  /** Lanes of which nothing is tried in this unit of work, and something in a later one. */
  readonly later: ReadonlyArray<ParkedLane>
}

/**
 * Chooses what is tried together. An event with several lanes is tried alone. An event that still cannot be decoded is
 * the last of its lane: those behind it must see it parked.
 */
export const chooseTogether = (
  pages: ReadonlyArray<LanePage>,
  isRead: (parked: Parked) => boolean,
  unparking: (parked: Parked) => E.Either<WaitsFor, Unparking>,
): Chosen => {
  const tried: Array<Unparking> = []
  const waiting: Array<ParkedLane> = []
  const later: Array<ParkedLane> = []
  for (const { one, tried: wanted } of pages) {
    const isAlone = one.oneByOne > 0 || O.isSome(one.status.previousDelay)
    const parked = wanted.slice(0, isAlone ? 1 : maxEvents).filter(isRead)
    if (wanted.length > 0 && parked.length === 0) later.push(one)
    let count = 0
    for (const next of parked) {
      const unparked = unparking(next)
      if (E.isLeft(unparked)) {
        if (count === 0) waiting.push({ ...one, waitsFor: unparked.left })
        break
      }
      const isMany = unparked.right.free.length + unparked.right.behind.length > 1
      if (tried.length >= maxEvents || (isMany && tried.length > 0)) {
        if (count === 0) later.push(one)
        break
      }
      tried.push(unparked.right)
      count++
      if (isMany) {
        for (const other of pages) if (other.one !== one) later.push(other.one)
        return { tried, waiting: [], later }
      }
      if (unparked.right.free.some(({ content }) => E.isLeft(content))) break
    }
  }
  return { tried: tried.sort((a, b) => a.data.position - b.data.position), waiting, later }
}

/** Inputs of processes are taken up alone: those before them come first. */
export const beforeInputs = (page: LanePage): LanePage => {
  const end = page.tried.findIndex(({ data }) => data.input !== undefined)
  return end < 0 ? page : { ...page, tried: page.tried.slice(0, end) }
}

/** Ends before the first event whose retry may have ended a process, unless that is the first: it is tried alone. */
export const beforeSuspect = (candidates: ReadonlyArray<Parked>, notes: AttemptNotes): ReadonlyArray<Parked> => {
  const at = candidates.findIndex((one) => notes.endsOf(parkedInput(one.document)) !== undefined)
  return at < 0 ? candidates : candidates.slice(0, Math.max(1, at))
}
