import type { EventId, RecordedEvent, StreamName } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import { CausePath } from './CausePath.ts'
import { EventDescription } from './EventDescription.ts'
import { type ScanError, type ScanOptions, scanLog } from './internal/readAll.ts'
import type { OperatedDomain } from './OperatedDomain.ts'
import type { OperatedStore } from './OperatedStore.ts'

/**
 * Something in the log that an operator should know. `Undecodable`: the domain cannot read the event. `Hole`: versions
 * of a stream do not follow each other. `ClockSetBack`: an event has an earlier time than the one before it, by more
 * than a second. `UnknownCause`: the event that is named as its cause is not before it in the log.
 *
 * @category model
 * @since 0.1.0
 */
export type AuditFinding =
  | { readonly _tag: 'Undecodable'; readonly event: RecordedEvent; readonly why: string }
  | { readonly _tag: 'Hole'; readonly event: RecordedEvent; readonly expected: number }
  | { readonly _tag: 'ClockSetBack'; readonly event: RecordedEvent; readonly milliseconds: number }
  | { readonly _tag: 'UnknownCause'; readonly event: RecordedEvent; readonly cause: EventId }

/**
 * The events of one stored form: `count` is their number. `isCurrent` is whether the domain writes this form now; null
 * when it has no codec for the category.
 *
 * @category model
 * @since 0.1.0
 */
export interface AuditedForm {
  readonly category: string
  readonly type: string
  readonly schemaVersion: number
  readonly count: number
  readonly isCurrent: boolean | null
}

/**
 * The audit of a part of the log: from the position `from` (exclusive) to the position `to`, with the number of
 * `events` and of `streams`. `counts` are the findings of each kind; `findings` has the first ones of each.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogAudit {
  readonly from: number
  readonly to: number
  readonly events: number
  readonly streams: number
  readonly counts: Readonly<Record<AuditFinding['_tag'], number>>
  readonly findings: ReadonlyArray<AuditFinding>
  readonly forms: ReadonlyArray<AuditedForm>
}

/**
 * Which events are audited: those after `after`, up to `to`, that meet `filter`. `examples` is the maximum number of
 * findings of each kind that are kept, 20 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface AuditOptions extends ScanOptions {
  readonly examples?: number | undefined
}

/** What an audit remembers between events: a version for each stream, and the causes that it has not seen. */
interface Memory {
  readonly versions: Map<StreamName, number>
  readonly forms: Map<string, AuditedForm>
  readonly causes: Map<EventId, RecordedEvent>
  last: RecordedEvent | undefined
  events: number
}

const clockTolerance = 1_000

/** Adds an event, and returns what is wrong with it. */
const inspect = (
  memory: Memory,
  describe: (event: RecordedEvent) => EventDescription,
  whole: boolean,
  event: RecordedEvent,
): ReadonlyArray<AuditFinding> => {
  const { decoding, isCurrent } = describe(event)
  const category = event.stream.slice(0, event.stream.indexOf('-'))
  const { type, schemaVersion, version } = event
  const key = JSON.stringify([category, type, schemaVersion])
  const count = (memory.forms.get(key)?.count ?? 0) + 1
  memory.forms.set(key, { category, type, schemaVersion, count, isCurrent })
  const before = memory.versions.get(event.stream)
  // A part of the log may begin in the middle of a stream.
  const expected = before === undefined ? (whole ? 1 : version) : before + 1
  memory.versions.set(event.stream, version)
  const setBack = (memory.last?.recordedAt.getTime() ?? 0) - event.recordedAt.getTime()
  memory.last = event
  memory.events++
  const cause = CausePath.of(event.metadata.causationId ?? '').event
  if (cause !== null && memory.causes.size < 100_000 && !memory.causes.has(cause)) memory.causes.set(cause, event)
  return [
    ...(decoding._tag === 'Undecodable' ? [{ _tag: 'Undecodable', event, why: decoding.why } as const] : []),
    ...(version === expected ? [] : [{ _tag: 'Hole', event, expected } as const]),
    ...(setBack > clockTolerance ? [{ _tag: 'ClockSetBack', event, milliseconds: setBack } as const] : []),
  ]
}

/** The named causes that are nowhere in the log, or behind their effects. */
const unknownCauses = async (
  store: OperatedStore,
  causes: ReadonlyMap<EventId, RecordedEvent>,
): Promise<E.Either<ScanError, ReadonlyArray<AuditFinding>>> => {
  const found: Array<AuditFinding> = []
  const all = [...causes]
  for (let i = 0; i < all.length; i += 1_000) {
    const part = all.slice(i, i + 1_000)
    const stored = await store.findEvents(part.map(([id]) => id))()
    if (E.isLeft(stored)) return stored
    const positions = new Map(stored.right.map(({ id, position }) => [id, position]))
    for (const [cause, event] of part)
      if ((positions.get(cause) ?? Number.POSITIVE_INFINITY) >= event.position)
        found.push({ _tag: 'UnknownCause', event, cause })
  }
  return E.right(found)
}

/**
 * Reads the log once, and finds what is wrong with it: holes in streams, events that the codecs of the domain cannot
 * decode, causes that do not exist, clocks that were set back; and counts the events of each stored form. It keeps a
 * number for each stream in memory, and the first 100,000 causes.
 *
 * @category destructors
 * @since 0.1.0
 */
const run =
  (domain: OperatedDomain, store: OperatedStore) =>
  ({ examples = 20, ...scan }: AuditOptions = {}): TE.TaskEither<ScanError, LogAudit> =>
  async () => {
    const memory: Memory = { versions: new Map(), forms: new Map(), causes: new Map(), last: undefined, events: 0 }
    const counts = { Undecodable: 0, Hole: 0, ClockSetBack: 0, UnknownCause: 0 }
    const findings: Array<AuditFinding> = []
    const add = (found: ReadonlyArray<AuditFinding>): void => {
      for (const one of found) if (counts[one._tag]++ < examples) findings.push(one)
    }
    const describe = EventDescription.of(domain)
    // A filter by type leaves out versions.
    const sees = scan.filter?.types === undefined
    const scanned = await scanLog<ScanError>(store, scan, (event) => {
      const found = inspect(memory, describe, (scan.after ?? 0) === 0, event)
      add(sees ? found : found.filter(({ _tag }) => _tag !== 'Hole'))
      return undefined
    })
    if (E.isLeft(scanned)) return scanned
    const causes = await unknownCauses(store, memory.causes)
    if (E.isLeft(causes)) return causes
    add(causes.right)
    const forms = [...memory.forms.values()].sort(
      (a, b) =>
        a.category.localeCompare(b.category) || a.type.localeCompare(b.type) || a.schemaVersion - b.schemaVersion,
    )
    const { events, versions } = memory
    return E.right({
      from: scan.after ?? 0,
      to: scanned.right,
      events,
      streams: versions.size,
      counts,
      findings,
      forms,
    })
  }

/**
 * Functions on {@link LogAudit}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const LogAudit = { run } as const
