import type { Event, Recorded, RecordedEvent } from '@foldlog/core'
import type { AnyProjection } from '@foldlog/subscriptions'

/** The events of one stored event with their envelopes, as handlers get them. */
export const recordedOf = (recorded: RecordedEvent, events: ReadonlyArray<Event>): ReadonlyArray<Recorded<Event>> =>
  events.map((event, index) => ({
    id: recorded.id,
    stream: recorded.stream,
    version: recorded.version,
    position: recorded.position,
    recordedAt: recorded.recordedAt,
    metadata: recorded.metadata,
    index,
    effectId: index === 0 ? recorded.id : `${recorded.id}.${index}`,
    event,
  }))

/** The functions of a projection without its types. */
export const functionsOf = ({ key, project, types }: AnyProjection) => ({
  keysOf: (event: Recorded<Event>): ReadonlyArray<string> => {
    if (types !== undefined && !types.some((type: string) => type === event.event.type)) return []
    const keys = (key as (event: unknown) => string | ReadonlyArray<string>)(event) // Of a source of the projection.
    return typeof keys === 'string' ? [keys] : keys
  },
  project: project as (view: unknown, event: unknown, key: string) => unknown, // As above.
})

/** The categories of the events of a projection. */
export const categoriesOf = ({ from }: AnyProjection): ReadonlyArray<string> => [
  ...new Set(from.flatMap(({ category, formerCategories = [] }) => [category, ...formerCategories])),
]
