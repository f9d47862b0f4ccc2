import type { EventId, Json, Queried, ReadError, RecordedEvent, StreamName, Tagging } from '@foldlog/core'
import type { CheckedAppend, CheckedEvent, EventAnchor } from '@foldlog/core/store'
import { StoredMetadata, storeUnavailable, streamDeleted } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { type Histories, newHistory } from './histories.ts'
import { addToIndex, emptyIndex, type TagIndex } from './TagIndex.ts'

/**
 * What one append wrote to one stream: these ids, adjacent in the stream and in the log. A repetition is recognised by
 * it.
 */
export interface StoredAppend {
  readonly stream: StreamName
  readonly ids: ReadonlyArray<EventId>
  readonly firstVersion: number
  readonly firstPosition: number
  readonly milliseconds: number
}

/** An event with its place. Its data is a JSON text, so that no caller holds a reference into the log. */
export interface StoredEvent extends CheckedEvent {
  readonly version: number
  readonly position: number
  readonly append: StoredAppend
}

/** A stream with at least one event. Version `v` is at index `v - 1`. The key of a snapshot is its schema version. */
export interface Stream {
  readonly events: Array<StoredEvent>
  readonly snapshots: Map<number, { readonly version: number; readonly state: string }>
  deleted: boolean
}

/** All data of a store. Position `p` is at index `p - 1`. */
export interface Log {
  readonly events: Array<StoredEvent>
  readonly byId: Map<EventId, StoredEvent>
  readonly streams: Map<StreamName, Stream>
  readonly index: TagIndex<StoredEvent>
  readonly taggings: Map<string, Tagging>
  /** The listeners to appends. */
  readonly listeners: Set<() => void>
  histories: Histories
  stopped: boolean
}

export const emptyLog = (): Log => ({
  events: [],
  byId: new Map(),
  streams: new Map(),
  index: emptyIndex(),
  taggings: new Map(),
  listeners: new Set(),
  histories: [newHistory(0)],
  stopped: false,
})

/** Checks that the store is running. Every request calls this after its input was checked. */
export const checkRunning = (log: Log) => () =>
  log.stopped ? E.left(storeUnavailable('the store was stopped', false, undefined)) : E.right(undefined)

/** Finds a stream, `undefined` when it never had an event; a deleted one is an error. */
export const findReadable = (log: Log, name: StreamName): E.Either<ReadError, Stream | undefined> => {
  const stream = log.streams.get(name)
  return stream?.deleted ? E.left(streamDeleted(name)) : E.right(stream)
}

/** The last event at or before a position. */
export const anchorAt = ({ events }: Log, position: number): EventAnchor | null => {
  const event = events[Math.min(position, events.length) - 1]
  return event === undefined ? null : { position: event.position, id: event.id }
}

/** Writes events at the end of the log. The caller has already checked that they may be written. */
export const write = (log: Log, { stream: name, events }: CheckedAppend, milliseconds: number): StoredAppend => {
  const stream: Stream = log.streams.get(name) ?? { events: [], snapshots: new Map(), deleted: false }
  log.streams.set(name, stream)
  const [firstVersion, firstPosition] = [stream.events.length + 1, log.events.length + 1]
  const append = { stream: name, ids: events.map(({ id }) => id), firstVersion, firstPosition, milliseconds }
  for (const [i, event] of events.entries()) {
    const stored = { ...event, append, version: firstVersion + i, position: firstPosition + i }
    stream.events.push(stored)
    log.events.push(stored)
    log.byId.set(stored.id, stored)
    addToIndex(log.index, stored)
  }
  return append
}

/** What filters and queries look at. */
export const queriedOf = ({ type, append, tags }: StoredEvent): Queried => ({
  type,
  stream: append.stream,
  tags: tags ?? [],
})

/** Makes the event that a read returns, a new object each time. */
export const toRecordedEvent = (event: StoredEvent): RecordedEvent => ({
  stream: event.append.stream,
  version: event.version,
  position: event.position,
  id: event.id,
  type: event.type,
  schemaVersion: event.schemaVersion,
  // CheckedAppend made both texts, from JSON.
  data: JSON.parse(event.data) as Json,
  metadata: StoredMetadata.read({
    correlationId: event.correlationId,
    causationId: event.causationId,
    user: event.user === null ? null : (JSON.parse(event.user) as Json),
  }),
  recordedAt: new Date(event.append.milliseconds),
  ...(event.tags === null ? undefined : { tags: [...event.tags] }),
})
