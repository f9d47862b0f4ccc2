import type { Append, Event, NewEvent, RecordedEvent, StreamName } from '@foldlog/core'
import { type Checked, copyJson, type HandlerDocument, rejectInput, type ViewChange } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { AnyInlineProjection } from '../../InlineProjection.ts'
import { decodeDocument, encodeDocument, formatProblems, readBack } from '../handlers/documentCodec.ts'
import { ownMetadata } from '../handlers/ownEvent.ts'
import { partitionOf } from '../handlers/partitionOf.ts'
import { keysBy, sourceEvents, viewKeys } from '../handlers/sourceEvents.ts'
import { runPure } from '../handlers/userCode.ts'
import { describeFailure } from '../partition/ParkedDocument.ts'

/** An event that is not stored yet, as a projection gets it. */
interface PendingEvent {
  readonly id: string
  readonly stream: StreamName
  readonly metadata: NewEvent['metadata']
  readonly index: number
  readonly effectId: string
  readonly event: Event
}

/** An event and one of the views that it changes, in the order in which they are folded. */
export interface KeyedEvent {
  readonly key: string
  readonly event: PendingEvent
}

/** A view as it was read; `expectedPosition` is the position of its document, `null` when there is none. */
export interface CachedView {
  readonly view: unknown
  readonly expectedPosition: number | null
}

/** Computes the changes of the views of one projection by an append. */
export interface InlineFold {
  readonly name: string
  readonly version: number
  /** The categories of all sources, with the former names of each: appends to these carry views. */
  readonly categories: ReadonlyArray<string>
  readonly keyedEvents: (appends: ReadonlyArray<Append>) => Checked<ReadonlyArray<KeyedEvent>>
  readonly decode: (document: HandlerDocument) => Checked<CachedView>
  /** Folds events into the views that were read. Returns the views after that, and the changes to write. */
  readonly fold: (
    keyedEvents: ReadonlyArray<KeyedEvent>,
    read: ReadonlyMap<string, CachedView>,
    partitions: number,
  ) => Checked<{ readonly views: ReadonlyMap<string, unknown>; readonly changes: ReadonlyArray<ViewChange> }>
}

/**
 * The shape that a codec needs. Its version, position and time are placeholders, and are shown to no function of the
 * user. Data and metadata are copies: the functions may change what they get, and the event is stored as it is.
 */
const asStored = (stream: StreamName, event: NewEvent): RecordedEvent => ({
  ...event,
  data: copyJson(event.data),
  metadata: ownMetadata(event.metadata),
  stream,
  version: 0,
  position: 0,
  recordedAt: new Date(0),
})

export const inlineFoldOf = (projection: AnyInlineProjection): InlineFold => {
  const { name, view: codec } = projection
  // The arguments of the user's functions were decoded by the codecs of their own sources: that is their type.
  const keyOf = projection.key as (event: PendingEvent) => string | ReadonlyArray<string>
  // And a view comes from the codec of this projection.
  const project = projection.project as (view: unknown, event: PendingEvent, key: string) => unknown
  const { categories, isWanted, decode } = sourceEvents(projection)
  const keysOf = keysBy(viewKeys(keyOf))

  const failed = (why: HandlerFailure) => rejectInput('append', `${name}: ${describeFailure(why)}`)

  const failedAt = ({ id, stream, event }: PendingEvent, why: HandlerFailure) =>
    rejectInput('append', `${name}: ${event.type} ${id} of ${stream}: ${describeFailure(why)}`)

  const keyedEventsOf = (stream: StreamName, encoded: NewEvent): Checked<ReadonlyArray<KeyedEvent>> => {
    if (!isWanted({ type: encoded.type, stream })) return E.right([])
    const decoded = decode(asStored(stream, encoded))
    if (E.isLeft(decoded)) return failed(decoded.left)
    const keyedEvents: Array<KeyedEvent> = []
    for (const { event, index, effectId, metadata } of decoded.right) {
      const pending = { id: encoded.id, stream, metadata, index, effectId, event }
      const keys = keysOf(pending)
      if (E.isLeft(keys)) return failed(keys.left)
      for (const key of keys.right) keyedEvents.push({ key, event: pending })
    }
    return E.right(keyedEvents)
  }

  return {
    name,
    version: projection.version ?? 1,
    categories,
    keyedEvents: (appends) =>
      F.pipe(
        appends.flatMap(({ stream, events }) => events.map((event) => [stream, event] as const)),
        E.traverseArray(([stream, event]) => keyedEventsOf(stream, event)),
        E.map((keyedEvents) => keyedEvents.flat()),
      ),
    decode: ({ key, data, position }) => {
      const decoded = decodeDocument(codec, 'view', data)
      return E.isRight(decoded)
        ? E.right({ view: decoded.right, expectedPosition: position })
        : rejectInput(
            'append',
            `${name}: the stored view of ${JSON.stringify(key)} cannot be decoded by its codec: ${formatProblems(decoded.left)}`,
          )
    },
    fold: (keyedEvents, read, partitions) => {
      const views = new Map<string, unknown>()
      /** The last event that each view was made from. */
      const last = new Map<string, PendingEvent>()
      for (const { key, event } of keyedEvents) {
        const made = last.get(key)
        let before = made === undefined ? read.get(key)?.view : views.get(key)
        // As in a batch of stored events: the fold goes on from what would be stored.
        if (made !== undefined && before !== undefined) {
          const again = readBack(codec, before)
          const stored = E.isRight(again) ? again : encodeDocument(codec, { kind: 'view', key }, before)
          if (E.isLeft(stored)) return failedAt(made, stored.left)
          before = E.isRight(again) ? again.right : before
        }
        const after = runPure(() => project(before, event, key), 'project')
        if (E.isLeft(after)) return failedAt(event, after.left)
        views.set(key, after.right)
        last.set(key, event)
      }
      const changes: Array<ViewChange> = []
      for (const [key, view] of views) {
        const place = {
          key,
          expectedPosition: read.get(key)?.expectedPosition ?? null,
          partition: partitionOf(key, partitions),
        }
        if (view === undefined) {
          changes.push(place)
          continue
        }
        const stored = encodeDocument(codec, { kind: 'view', key }, view)
        const by = last.get(key)
        if (E.isLeft(stored)) return by === undefined ? failed(stored.left) : failedAt(by, stored.left)
        views.set(key, stored.right.value)
        changes.push({ ...place, data: stored.right.json })
      }
      return E.right({ views, changes })
    },
  }
}
