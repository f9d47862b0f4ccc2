import type { RecordedEvent } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import { CausePath, type CauseStep } from './CausePath.ts'
import { OperatedStore } from './OperatedStore.ts'
import type { OperationError } from './OperationError.ts'

/**
 * An event of a trace, and the events that it has caused. `cause` is its causation id when that is no event of the
 * trace: the id of a command, or of an event of another trace. `by` is what is between the two: process managers,
 * timers and rejections. `delay` is the number of milliseconds since the event that caused it, or since the beginning
 * of the trace.
 *
 * @category model
 * @since 0.1.0
 */
export interface TraceNode {
  readonly event: RecordedEvent
  readonly cause: string | null
  readonly by: ReadonlyArray<CauseStep>
  readonly delay: number
  readonly effects: ReadonlyArray<TraceNode>
}

/**
 * All events of a correlation id, as trees of causes and effects: `events` is their number. `duration` is the number of
 * milliseconds from the first event to the last. `complete` is false when there are more events than were read.
 *
 * @category model
 * @since 0.1.0
 */
export interface Trace {
  readonly correlationId: string
  readonly roots: ReadonlyArray<TraceNode>
  readonly events: number
  readonly duration: number
  readonly complete: boolean
}

const pathOf = ({ metadata: { causationId } }: RecordedEvent): CausePath => CausePath.of(causationId ?? '')

/**
 * Builds the trees of a trace from its events, in any order. An event is below its cause when that is among them, and
 * otherwise a root. Circles cannot arise: an event is only below an earlier one.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (correlationId: string, found: ReadonlyArray<RecordedEvent>, complete = true): Trace => {
  const events = [...found].sort((a, b) => a.position - b.position)
  const byId = new Map<string, RecordedEvent>(events.map((event) => [event.id, event]))
  const effects = new Map<RecordedEvent | undefined, Array<RecordedEvent>>()
  for (const event of events) {
    const cause = byId.get(pathOf(event).event ?? '')
    const above = cause !== undefined && cause.position < event.position ? cause : undefined
    effects.set(above, [...(effects.get(above) ?? []), event])
  }
  const began = events[0]?.recordedAt.getTime() ?? 0
  const nodeOf =
    (above: RecordedEvent | undefined) =>
    (event: RecordedEvent): TraceNode => ({
      event,
      cause: above === undefined ? (event.metadata.causationId ?? null) : null,
      by: pathOf(event).steps,
      delay: event.recordedAt.getTime() - (above?.recordedAt.getTime() ?? began),
      effects: (effects.get(event) ?? []).map(nodeOf(event)),
    })
  return {
    correlationId,
    roots: (effects.get(undefined) ?? []).map(nodeOf(undefined)),
    events: events.length,
    duration: (events.at(-1)?.recordedAt.getTime() ?? began) - began,
    complete,
  }
}

/** The most events of a trace that are read. */
const maxEvents = 10_000

/**
 * Reads all events with a correlation id, at most 10,000. Without the indexes of `createInspectionIndexes` it reads the
 * whole log.
 *
 * @category destructors
 * @since 0.1.0
 */
const read =
  (store: OperatedStore) =>
  (correlationId: string): TE.TaskEither<OperationError, Trace> =>
  async () => {
    const inspection = OperatedStore.inspection(store)
    if (E.isLeft(inspection)) return inspection
    const events: Array<RecordedEvent> = []
    for (let before: number | undefined; ; ) {
      const page = await inspection.right.searchLog({ correlationId, before, count: 1_000 })()
      if (E.isLeft(page)) return page
      events.push(...page.right.events)
      if (page.right.end || events.length >= maxEvents)
        return E.right(of(correlationId, events.slice(0, maxEvents), page.right.end && events.length <= maxEvents))
      before = page.right.position
    }
  }

/**
 * The events that led to an event, by causation ids, the nearest first; at most 1,000.
 *
 * @category destructors
 * @since 0.1.0
 */
const causes =
  (store: OperatedStore) =>
  (event: RecordedEvent): TE.TaskEither<OperationError, ReadonlyArray<RecordedEvent>> =>
  async () => {
    const found: Array<RecordedEvent> = []
    for (let id = pathOf(event).event; id !== null && found.length < 1_000; ) {
      const above = await store.findEvents([id])()
      if (E.isLeft(above)) return above
      const [cause] = above.right
      if (cause === undefined || found.some((one) => one.id === cause.id)) break
      found.push(cause)
      id = pathOf(cause).event
    }
    return E.right(found)
  }

/**
 * Functions on {@link Trace}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Trace = { of, read, causes } as const
