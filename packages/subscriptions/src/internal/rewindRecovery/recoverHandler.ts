import type { HandlerMismatch, InvalidInput, LogRewound, StoreUnavailable } from '@foldlog/core'
import {
  type HandlerGeneration,
  type HandlerStatus,
  type PartitionRevision,
  rejectInput,
  storeUnavailable,
} from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { EventRef } from '../../HandlerRewound.ts'
import type { RecoveredHandler, RecoverOptions } from '../../RecoveryReport.ts'
import type { AnyHandler } from '../../RuntimeOptions.ts'
import { runSafely } from '../async/runSafely.ts'
import { definitionOf, meets, unionOf } from '../handlers/definitionOf.ts'
import { otherKind } from '../handlers/handlerShape.ts'
import { noDispatch } from '../handlers/noDispatch.ts'
import { eventRef, inOrder } from '../history/rewindDetection.ts'
import { unreportedMembers } from './ReportWatch.ts'
import { findCommonPosition, maxCheckpoint, type RewoundHandler, rewoundHandler, setBackTo } from './RewoundHandler.ts'

type StorePromise<A> = Promise<E.Either<HandlerMismatch | InvalidInput | StoreUnavailable, A>>

/** Maximum number of repeated events in the report. */
const maxEvents = 1_000

/**
 * The stored generations of a handler. `HandlerMismatch` when its code is of another kind, because projections are
 * rebuilt and other handlers must not be.
 */
const storedGenerations = async (
  { store }: RecoverOptions,
  handler: AnyHandler,
): StorePromise<ReadonlyArray<HandlerGeneration>> => {
  const all = await runSafely(store.generations)
  if (E.isLeft(all)) return all
  const own = all.right.filter(({ name }) => name === handler.name)
  const definition = definitionOf(handler, noDispatch)
  const [mismatch] = own.flatMap((one) => otherKind(definition, one) ?? [])
  return mismatch === undefined ? E.right(own) : E.left(mismatch)
}

/**
 * Reads the events of a handler between two positions: counts all of them, and lists the first. The stored identities
 * say which events these are, because the code that recovers may be of another version.
 */
const repeatedBetween = async (
  { store }: RecoverOptions,
  handler: AnyHandler,
  stored: ReadonlyArray<HandlerGeneration>,
  from: number,
  to: number,
): StorePromise<Pick<RecoveredHandler, 'repeated' | 'repeats'>> => {
  const reads = stored.flatMap(({ identity }) => identity?.reads ?? [])
  const filters = reads.length === 0 ? [definitionOf(handler, noDispatch).filter] : reads
  const isOwn = filters.map((one) => meets(one))
  const filter = unionOf(filters)
  const repeated: Array<EventRef> = []
  let repeats = 0
  for (let after = from; after < to; ) {
    const page = await runSafely(store.readLog({ after, filter }))
    if (E.isLeft(page)) return page.left._tag === 'LogRewound' ? rewoundAgain(page.left) : E.left(page.left)
    const events = page.right.events.filter((event) => event.position <= to && isOwn.some((own) => own(event)))
    repeats += events.length
    repeated.push(...events.slice(0, maxEvents - repeated.length).map(eventRef))
    if (page.right.end || page.right.position <= after) break
    after = page.right.position
  }
  return E.right({ repeated, repeats })
}

const rewoundAgain = ({ position, current }: LogRewound): E.Either<InvalidInput, never> =>
  rejectInput('common', `is ${position}, and history ${current} of the log ends before it: it went back again`)

/** Registers a generation like another one, which may be of a newer version than the code that recovers it. */
const registerLike = async (
  store: RecoverOptions['store'],
  { name, generation: like, partitions }: HandlerStatus,
  stored: ReadonlyArray<HandlerGeneration>,
  generation: number,
): StorePromise<unknown> => {
  const identity = stored.find((one) => one.generation === like)?.identity ?? undefined
  const registration = { name, generation, partitions: partitions.length, start: 0 }
  return runSafely(store.register(identity === undefined ? registration : { ...registration, identity }))
}

const recoverOne = async (
  options: RecoverOptions,
  stopped: RewoundHandler,
  lapsed: ReadonlyArray<string>,
): StorePromise<RecoveredHandler> => {
  const { store } = options
  const { handler, generations, stops } = stopped
  const { name } = handler
  const stored = await storedGenerations(options, handler)
  if (E.isLeft(stored)) return stored
  const found = await findCommonPosition(options, stopped)
  if (E.isLeft(found)) return found
  const common = found.right
  const positions = generations.flatMap(({ partitions }) => partitions.map(({ position }) => position))
  const limit = maxCheckpoint(common, stopped, positions)
  const after = Math.min(limit, ...positions)
  // Events behind the common position that are there now were not handled: what was handled there is in `lost`.
  const done = Math.min(common, Math.max(0, ...stops.map(({ position }) => position)))
  const repeated = await repeatedBetween(options, handler, stored.right, after, done)
  if (E.isLeft(repeated)) return repeated

  const lost = inOrder(stops.flatMap((stop) => stop.lost)).filter(({ position }) => position > common)
  // A checkpoint that went back with the log is before every lost event: readers do not pass an open transaction. When
  // no history shows what both logs share, not all events of a stop are lost. A projection does nothing beyond its
  // checkpoint.
  const [first] = inOrder(stops.flatMap((stop) => (stop.common === null ? [] : stop.lost)))
  const isFromLost = (position: number) => position > limit || (first !== undefined && position >= first.position)
  const rebuilds = positions.some(isFromLost) && handler._tag === 'Projection'
  // The rebuild begins first: if this call breaks off here, the handler is still stopped, and the next call does the
  // rest.
  if (rebuilds) {
    const newest = generations.reduce((last, one) => (one.generation > last.generation ? one : last))
    const { partitions } = newest
    // A call that broke off, or a concurrent one, has begun the rebuild. A build that has gone beyond the common
    // position meanwhile cannot be distinguished from one of lost events, and is begun again.
    const isBegun = newest.role === 'building' && !partitions.some(({ position }) => isFromLost(position))
    const generation = newest.generation + 1
    const begun = isBegun ? E.right(undefined) : await registerLike(store, newest, stored.right, generation)
    if (E.isLeft(begun)) return begun
  }
  const set = await runSafely(
    store.resetCheckpoints({ name, position: setBackTo(limit, stopped), partitions: revisionsOf(generations) }),
  )
  if (E.isLeft(set)) return set
  const outcome = set.right === 'changed' ? 'recoveredBefore' : rebuilds ? 'rebuilt' : 'resumed'
  return E.right({
    name,
    outcome,
    common,
    after: rebuilds ? 0 : after,
    lost,
    unreported: [...new Set([...unreportedMembers(generations), ...lapsed])],
    ...repeated.right,
  })
}

const revisionsOf = (generations: ReadonlyArray<HandlerStatus>): ReadonlyArray<PartitionRevision> =>
  generations.flatMap(({ generation, partitions }) =>
    partitions.map(({ partition, epoch, revision }) => ({ generation, partition, epoch, revision })),
  )

/** Maximum number of attempts for a handler whose status changes between the read and the reset. */
const maxTries = 100

/**
 * Sets a handler back and resumes it; `undefined` when it is not stopped because the log went back. `lapsed`: members
 * that have not reported, and are not listed in its status any more.
 */
export const recoverHandler = async (
  options: RecoverOptions,
  handler: AnyHandler,
  lapsed: ReadonlyArray<string>,
): StorePromise<RecoveredHandler | undefined> => {
  let before: RecoveredHandler | undefined
  for (let tries = 0; tries < maxTries; tries++) {
    const all = await runSafely(options.store.handlerStatuses)
    if (E.isLeft(all)) return all
    const stopped = await rewoundHandler(options, handler, all.right)
    if (E.isLeft(stopped)) return stopped
    if (stopped.right === undefined) return E.right(before)
    const recovered = await recoverOne(options, stopped.right, lapsed)
    if (E.isLeft(recovered) || recovered.right.outcome !== 'recoveredBefore') return recovered
    // Perhaps only a lease has changed: then the handler is still stopped.
    before = recovered.right
  }
  return E.left(storeUnavailable(`${handler.name} changed before each attempt to set it back`, true, undefined))
}
