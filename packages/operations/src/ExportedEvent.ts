import { EventId, type InvalidInput, Json, type Metadata, type RecordedEvent, StreamName } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/**
 * A stored event as one line of JSON: everything that a store returns of it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ExportedEvent extends Omit<RecordedEvent, 'recordedAt'> {
  readonly recordedAt: string
}

/**
 * A stored event as a CloudEvent of version 1.0, in JSON: `id` is the event id, `type` the stored name, `subject` the
 * stream, `time` the time of recording, `sequence` the position with leading zeros, `partitionkey` the stream,
 * `streamversion` the version of the event in its stream, and `schemaversion` that of its stored form.
 *
 * @category model
 * @since 0.1.0
 */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: Json
  readonly sequence: string
  readonly partitionkey: string
  readonly streamversion: number
  readonly schemaversion: number
  readonly correlationid?: string | undefined
  readonly causationid?: string | undefined
  /** The record of the user, as a text of JSON: attributes of CloudEvents are no objects. */
  readonly userrecord?: string | undefined
}

const Line = t.exact(
  t.intersection([
    t.type({
      id: t.string,
      stream: t.string,
      version: t.number,
      type: t.string,
      schemaVersion: t.number,
      data: t.unknown,
      metadata: t.exact(t.partial({ correlationId: t.string, causationId: t.string, user: t.UnknownRecord })),
    }),
    t.partial({ position: t.number, recordedAt: t.string }),
  ]),
)

/**
 * An event as it is read from a line. Its position, and the time of its recording, are those of the store that it came
 * from.
 *
 * @category model
 * @since 0.1.0
 */
export interface ImportedEvent {
  readonly id: EventId
  readonly stream: StreamName
  readonly version: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json
  readonly metadata: Metadata
}

/**
 * The form of an event that `ExportedEvent.parse` reads.
 *
 * @category destructors
 * @since 0.1.0
 */
const of = (event: RecordedEvent): ExportedEvent => ({ ...event, recordedAt: event.recordedAt.toISOString() })

/**
 * Reads a line of an export. It checks the form; a store checks the rest.
 *
 * @category constructors
 * @since 0.1.0
 */
const parse = (line: string): E.Either<InvalidInput, ImportedEvent> => {
  const json = E.tryCatch((): unknown => JSON.parse(line), String)
  if (E.isLeft(json)) return rejectInput('line', `is no JSON: ${json.left}`)
  const decoded = Line.decode(json.right)
  if (E.isLeft(decoded)) {
    const [error] = decoded.left
    const path = (error?.context ?? []).map(({ key }) => key).filter((key) => key !== '' && !/^\d+$/.test(key))
    return rejectInput('line', `is no event: ${path.join('.') || 'it'} is wrong`)
  }
  const { id, stream, data, metadata, version, type, schemaVersion } = decoded.right
  const parsed = EventId.parse(id)
  if (E.isLeft(parsed)) return parsed
  const name = StreamName.parse(stream)
  if (E.isLeft(name)) return name
  const checked = Json.check('data')(data)
  if (E.isLeft(checked)) return checked
  // JSON.parse made the record of the user.
  const known = metadata as Metadata
  return E.right({
    id: parsed.right,
    stream: name.right,
    version,
    type,
    schemaVersion,
    data: checked.right,
    metadata: known,
  })
}

/**
 * The CloudEvent of a stored event. `source` names the store, as a URI.
 *
 * @category destructors
 * @since 0.1.0
 */
const toCloudEvent =
  (source: string) =>
  (event: RecordedEvent): CloudEvent => {
    const { correlationId, causationId, user } = event.metadata
    return {
      specversion: '1.0',
      id: event.id,
      source,
      type: event.type,
      subject: event.stream,
      time: event.recordedAt.toISOString(),
      datacontenttype: 'application/json',
      data: event.data,
      sequence: `${event.position}`.padStart(16, '0'),
      partitionkey: event.stream,
      streamversion: event.version,
      schemaversion: event.schemaVersion,
      ...(correlationId === undefined ? undefined : { correlationid: correlationId }),
      ...(causationId === undefined ? undefined : { causationid: causationId }),
      ...(user === undefined ? undefined : { userrecord: JSON.stringify(user) }),
    }
  }

/**
 * Functions on {@link ExportedEvent}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ExportedEvent = { of, parse, toCloudEvent } as const
