import {
  type Append,
  type Event,
  type InvalidInput,
  type Json,
  type NewEvent,
  type RecordedEvent,
  refuse,
  type StreamName,
  type ViewChange,
} from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import type { AnyInlineProjection } from '../InlineProjection.ts'
import { attempt } from './attempting.ts'
import { describeFailure } from './parking.ts'
import { partitionOf } from './partitionOf.ts'
import { keysBy, sourceEvents, viewKeys } from './sourceEvents.ts'
import { isDoubtful, problemsText, readForm, storedForm } from './storedForm.ts'

type Checked<A> = E.Either<InvalidInput, A>

/** What a projection is given of an event that is not stored yet. */
interface Unplaced {
  readonly id: string
  readonly stream: StreamName
  readonly metadata: NewEvent['metadata']
  readonly event: Event
}

/** An event and one of the views that it touches, in the order in which they are folded. */
export interface Touch {
  readonly key: string
  readonly event: Unplaced
}

/** A view as it was read; `basis` is the position of its document, `null` when there is none. */
export interface Read {
  readonly view: unknown
  readonly basis: number | null
}

/** What an append makes of the views of one projection. */
export interface InlineFold {
  readonly name: string
  readonly version: number
  /** The categories of all sources, with the former names of each: appends to these bring views. */
  readonly categories: ReadonlyArray<string>
  readonly touches: (appends: ReadonlyArray<Append>) => Checked<ReadonlyArray<Touch>>
  readonly decode: (key: string, data: Json) => Checked<unknown>
  /** Folds on what was read: the views after it, and what is to be written. */
  readonly fold: (
    touches: ReadonlyArray<Touch>,
    read: ReadonlyMap<string, Read>,
    partitions: number,
  ) => Checked<{ readonly views: ReadonlyMap<string, unknown>; readonly changes: ReadonlyArray<ViewChange> }>
}

/** As a codec wants it. Nobody is shown the place and the time, which are none. */
const asRecorded = (stream: StreamName, event: NewEvent): RecordedEvent => ({
  ...event,
  stream,
  version: 0,
  position: 0,
  recordedAt: new Date(0),
})

export const inlineFoldOf = (projection: AnyInlineProjection): InlineFold => {
  const { name, view: codec } = projection
  // What goes into the user's functions was decoded by the codecs of their own sources: that is their type.
  const keyOf = projection.key as (event: Unplaced) => string | ReadonlyArray<string>
  // And a view comes from the codec of this projection.
  const project = projection.project as (view: unknown, event: Unplaced, key: string) => unknown
  const { categories, isWanted, decode } = sourceEvents(projection.from, projection.filter)
  const keysOf = keysBy(viewKeys(keyOf))

  const failed = (why: HandlingFailure) => refuse('append', `${name}: ${describeFailure(why)}`)

  const failedAt = ({ id, stream, event }: Unplaced, why: HandlingFailure) =>
    refuse('append', `${name}: ${event.type} ${id} of ${stream}: ${describeFailure(why)}`)

  const touchesOf = (stream: StreamName, encoded: NewEvent): Checked<ReadonlyArray<Touch>> => {
    if (!isWanted({ type: encoded.type, stream })) return E.right([])
    const decoded = decode(asRecorded(stream, encoded))
    if (E.isLeft(decoded)) return failed(decoded.left)
    const touches: Array<Touch> = []
    for (const { event } of decoded.right) {
      const unplaced = { id: encoded.id, stream, metadata: encoded.metadata, event }
      const keys = keysOf(unplaced)
      if (E.isLeft(keys)) return failed(keys.left)
      for (const key of keys.right) touches.push({ key, event: unplaced })
    }
    return E.right(touches)
  }

  return {
    name,
    version: projection.version ?? 1,
    categories,
    touches: (appends) =>
      F.pipe(
        appends.flatMap(({ stream, events }) => events.map((event) => [stream, event] as const)),
        E.traverseArray(([stream, event]) => touchesOf(stream, event)),
        E.map((touches) => touches.flat()),
      ),
    decode: (key, data) => {
      const decoded = readForm(codec, 'view', data)
      return E.isRight(decoded)
        ? decoded
        : refuse(
            'append',
            `${name}: the stored view of ${JSON.stringify(key)} is not what its codec knows: ${problemsText(decoded.left)}`,
          )
    },
    fold: (touches, read, partitions) => {
      const views = new Map<string, unknown>()
      /** The last event that each view was made from. */
      const last = new Map<string, Unplaced>()
      for (const { key, event } of touches) {
        const made = last.get(key)
        const before = made === undefined ? read.get(key)?.view : views.get(key)
        // As in a batch of stored events: a view in between, which is not stored, must be of its type.
        if (made !== undefined && before !== undefined && isDoubtful(codec, before)) {
          const form = storedForm(codec, { kind: 'view', key }, before)
          if (E.isLeft(form)) return failedAt(made, form.left)
        }
        const after = attempt(() => project(before, event, key))
        if (E.isLeft(after)) return failedAt(event, after.left)
        views.set(key, after.right)
        last.set(key, event)
      }
      const changes: Array<ViewChange> = []
      for (const [key, view] of views) {
        const place = { key, basis: read.get(key)?.basis ?? null, partition: partitionOf(key, partitions) }
        if (view === undefined) {
          changes.push(place)
          continue
        }
        const data = storedForm(codec, { kind: 'view', key }, view)
        const by = last.get(key)
        if (E.isLeft(data)) return by === undefined ? failed(data.left) : failedAt(by, data.left)
        changes.push({ ...place, data: data.right })
      }
      return E.right({ views, changes })
    },
  }
}
