import { isDeepStrictEqual } from 'node:util'
import type { EventId, Json, NewEvent, RecordedEvent } from '@foldlog/core'
import { Decided } from '../boundaries/Decided.ts'
import { Decision, decisionTypes } from '../boundaries/Decision.ts'
import { accountCategory } from '../handlers/account.ts'
import type { StreamAppend } from '../Journal.ts'

/** Occasionally an event that fills pages of the table and packets of the network. */
const textOf = (id: string): string => id.repeat(id.endsWith('0') ? 400 : 1)

/**
 * Makes the event of an id. The id determines the whole event, except for what its decision had seen, so that an append
 * is resent unchanged, and a reader can check that the event is complete.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (id: EventId, { tagged, decided }: Pick<StreamAppend, 'tagged' | 'decided'> = {}): NewEvent => {
  const { type, tags } =
    tagged === true ? Decision.of(id) : { type: id.charCodeAt(25) % 2 === 0 ? 'Even' : 'Odd', tags: [] }
  return {
    id,
    type,
    schemaVersion: 1,
    // JSON by its codec.
    data: { id, text: textOf(id), ...(decided === undefined ? {} : { decided: decided as unknown as Json }) },
    metadata: { correlationId: id, causationId: id, user: { writer: id } },
    ...(tags.length === 0 ? {} : { tags: tags.toSorted() }),
  }
}

const field = (data: Json, key: string): unknown =>
  typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined

const accountFields: Readonly<Record<string, ReadonlyArray<string>>> = {
  Withdrawn: ['to', 'transfer'],
  Deposited: ['transfer'],
}

/**
 * Checks whether every field of an event is what {@link make} makes of its id. The events of accounts have no writer:
 * their type, their schema version and the names of the fields of their data are checked.
 *
 * @category refinements
 * @since 0.1.0
 */
const isWhole = ({ id, stream, type, schemaVersion, data, metadata, tags }: RecordedEvent): boolean => {
  if (stream.startsWith(`${accountCategory}-`))
    return schemaVersion === 1 && isDeepStrictEqual(Object.keys(data ?? {}).toSorted(), accountFields[type])
  const decided = field(data, 'decided')
  const own = {
    tagged: decisionTypes.some((one) => one === type),
    ...(Decided.is(decided) ? { decided } : {}),
  }
  const event = { id, type, schemaVersion, data, metadata, ...(tags === undefined ? {} : { tags }) }
  return isDeepStrictEqual(event, make(id, own))
}

/**
 * The id that a writer put into an event; `undefined` when there is none.
 *
 * @category destructors
 * @since 0.1.0
 */
const idOf = ({ data }: RecordedEvent): string | undefined => {
  const id = field(data, 'id')
  return typeof id === 'string' ? id : undefined
}

/**
 * Functions on the events of writers.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Payload = { make, isWhole, idOf } as const
