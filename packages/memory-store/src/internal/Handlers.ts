import type { EventAnchor, HandlerDocument, HandlerRef, Json, StoreUnavailable } from '@foldlog/core'
import type { either as E } from 'fp-ts'

/** A partition; `holder` and `until` are those of the last lease, whether it has expired or not. */
export interface Partition {
  position: number
  anchor: EventAnchor | null
  epoch: number
  revision: number
  holder: string | undefined
  until: number
}

/** A document, its data as JSON text, so that nobody outside holds a reference into it. */
export interface StoredDocument extends Omit<HandlerDocument, 'data' | 'due' | keyof HandlerRef> {
  readonly data: string
  readonly due: number | null
}

export interface Member {
  readonly until: number
  readonly leaseTime: number
  readonly report: string
}

/** One generation of a handler. Documents stand under their kind and key. */
export interface Generation {
  readonly partitions: ReadonlyArray<Partition>
  readonly members: Map<string, Member>
  readonly documents: Map<string, StoredDocument>
}

/** An inline projection: the generation that is open, if one is, for which categories; and which appends wait until when. */
export interface Inline {
  readonly generation: number | undefined
  readonly categories: ReadonlyArray<string>
  readonly paused: ReadonlyArray<string>
  readonly pausedUntil: number
}

/** A handler: which generation serves, the highest epoch of those that were retired, and all that are kept. */
export interface Handler {
  inline: Inline | undefined
  serving: number
  epoch: number
  readonly generations: Map<number, Generation>
}

/** All that is known of handlers, by name. */
export interface Handlers {
  readonly byName: Map<string, Handler>
  /** Whether the store runs, and what time it is. */
  readonly running: () => E.Either<StoreUnavailable, void>
  readonly now: () => number
}

export const generationOf = ({ byName }: Handlers, { name, generation }: HandlerRef): Generation | undefined =>
  byName.get(name)?.generations.get(generation)

export const placeOf = (kind: string, key: string): string => `${kind}\n${key}`

/** The checkpoint of a generation as a whole: every event up to it has been handled, in all partitions. */
export const checkpointOf = ({ partitions }: Generation): number =>
  Math.min(...partitions.map(({ position }) => position))

/** By code points, as a server sorts UTF-8; JavaScript's own order is that of UTF-16, which differs beyond U+FFFF. */
export const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export const documentOf = (ref: HandlerRef, { data, due, ...document }: StoredDocument): HandlerDocument => ({
  name: ref.name,
  generation: ref.generation,
  ...document,
  // HandlerInput made the text from JSON.
  data: JSON.parse(data) as Json,
  due: due === null ? null : new Date(due),
})
