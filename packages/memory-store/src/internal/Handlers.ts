import type { Json, StoreUnavailable } from '@foldlog/core'
import type { EventAnchor, GenerationRole, HandlerDocument, HandlerIdentity, HandlerRef } from '@foldlog/core/store'
import type { either as E } from 'fp-ts'
import { nextEpoch } from './histories.ts'
import type { Log } from './Log.ts'

/**
 * A partition. `holder` and `until` are those of the last lease, whether it has expired or not; `released` says whether
 * the holder before had released it.
 */
export interface Partition {
  position: number
  anchor: EventAnchor | null
  epoch: number
  revision: number
  holder: string | undefined
  until: number
  released: boolean
}

/** A document with its data as JSON text, so that no caller holds a reference into it. */
export interface StoredDocument extends Omit<HandlerDocument, 'data' | 'due' | keyof HandlerRef> {
  readonly data: string
  readonly due: number | null
}

export interface Member {
  readonly until: number
  readonly leaseTime: number
  readonly report: string
}

/** One generation of a handler. The keys of `documents` are made by `documentKey`. */
export interface Generation {
  /** Whether queries have ever read this generation. */
  served: boolean
  /** Whether its documents were made from lost events. */
  invalidated: boolean
  /** How often its checkpoints were reset. */
  checkpointResets: number
  /** As it was registered; `null` when it was registered without one. */
  identity: HandlerIdentity | null
  readonly partitions: ReadonlyArray<Partition>
  readonly members: Map<string, Member>
  readonly documents: Map<string, StoredDocument>
}

/**
 * An inline projection: the open generation, if there is one, its categories, and the categories whose appends are
 * paused until `pausedUntil`.
 */
export interface Inline {
  readonly generation: number | undefined
  readonly categories: ReadonlyArray<string>
  readonly paused: ReadonlyArray<string>
  readonly pausedUntil: number
}

/**
 * A handler: the position after which its generations begin, the serving generation, the previous one and whether it is
 * returning, the highest epoch of the retired generations, and all existing generations. A handler that was removed has
 * no generation; it remains for its `epoch`.
 */
export interface Handler {
  start: number
  inline: Inline | undefined
  serving: number
  previous: number | undefined
  returning: boolean
  epoch: number
  readonly generations: Map<number, Generation>
}

/** All handlers, by name. */
export interface Handlers {
  readonly byName: Map<string, Handler>
  /** Whether the store is running; `now` is its time in milliseconds. */
  readonly checkRunning: () => E.Either<StoreUnavailable, void>
  readonly now: () => number
}

export const generationOf = ({ byName }: Handlers, { name, generation }: HandlerRef): Generation | undefined =>
  byName.get(name)?.generations.get(generation)

export const roleOf = ({ serving, previous, returning, generations }: Handler, generation: number): GenerationRole => {
  if (generation === serving) return 'serving'
  if (generations.get(generation)?.invalidated) return 'outdated'
  if (generation === previous) return returning ? 'returning' : 'previous'
  return generation > serving && generations.get(generation)?.served === false ? 'building' : 'outdated'
}

/** The holder of all partitions of a frozen generation: an internal member of the store that never expires. */
const frozenHolder = 'kept'

/** Whether the store itself holds a partition: its generation is frozen, or an open inline projection. */
export const isHeldByStore = ({ holder }: Partition): boolean => holder === frozenHolder || holder === 'appends'

/** Fences the members that work on a generation, and ends its leases. */
export const freeze = (log: Log, { partitions }: Generation): void => {
  for (const partition of partitions) {
    Object.assign(partition, {
      holder: frozenHolder,
      until: Date.UTC(9999, 11, 31),
      epoch: nextEpoch(log.histories, partition.epoch),
    })
  }
}

/** Lets members get leases of a generation again. */
export const unfreeze = ({ partitions }: Generation): void => {
  for (const partition of partitions) if (partition.holder === frozenHolder) partition.holder = undefined
}

/**
 * Lets a generation serve. The generation that served becomes the previous one, unless its documents were made from
 * lost events, and is frozen.
 */
export const switchGeneration = (log: Log, handler: Handler, next: number): void => {
  const target = handler.generations.get(next)
  const served = handler.generations.get(handler.serving)
  if (target === undefined || handler.serving === next) return
  if (served !== undefined) freeze(log, served)
  const previous = served?.invalidated ? undefined : handler.serving
  Object.assign(handler, { previous, returning: false, serving: next })
  target.served = true
}

export const hasParked = ({ documents }: Generation): boolean =>
  [...documents.values()].some(({ kind }) => kind === 'parked')

export const documentKey = (kind: string, key: string): string => `${kind}\n${key}`

/** The checkpoint of a whole generation: every event up to it has been handled in all partitions. */
export const checkpointOf = ({ partitions }: Generation): number =>
  Math.min(...partitions.map(({ position }) => position))

/** Surrogates are halves of code points beyond U+FFFF, and come behind all other code units. */
const rankOf = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit)

/** By code points, as a server sorts UTF-8; JavaScript's own order is that of UTF-16, which differs beyond U+FFFF. */
export const byCodePoint = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [unit, other] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (unit !== other) return rankOf(unit) - rankOf(other)
  }
  return a.length - b.length
}

export const documentOf = (ref: HandlerRef, { data, due, ...document }: StoredDocument): HandlerDocument => ({
  name: ref.name,
  generation: ref.generation,
  ...document,
  // HandlerStoreInput made the text from JSON.
  data: JSON.parse(data) as Json,
  due: due === null ? null : new Date(due),
})
