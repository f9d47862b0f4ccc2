import { either as E } from 'fp-ts'
import type { NewEvent } from '../domain/RecordedEvent.ts'
import { EventId } from '../values/EventId.ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { maxGrowth, storedSize } from '../values/internal/storedSize.ts'
import { nameProblem } from '../values/internal/textRules.ts'
import { Json } from '../values/Json.ts'
import { Limits } from '../values/Limits.ts'
import type { Metadata } from '../values/Metadata.ts'
import { StreamName } from '../values/StreamName.ts'
import { Tag } from '../values/Tag.ts'
import type { Append } from './Append.ts'
import type { BoundarySupport, CheckedCondition } from './Condition.ts'
import { ExpectedVersion } from './ExpectedVersion.ts'
import { checkConditions } from './internal/checkConditions.ts'
import { type HistoryId, LogPosition } from './LogPosition.ts'
import { StoredMetadata } from './StoredMetadata.ts'

/**
 * A {@link NewEvent} that any store can hold, in the form a store keeps: `data` and `user` are JSON texts, an absent
 * value is `null`. `StoredMetadata.read` makes metadata of the three before `tags`. These are sorted, each once; `null`
 * when there are none.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedEvent {
  readonly id: EventId
  readonly type: string
  readonly schemaVersion: number
  readonly data: string
  readonly correlationId: string | null
  readonly causationId: string | null
  readonly user: string | null
  readonly tags: ReadonlyArray<Tag> | null
}

/**
 * An {@link Append} that any store can hold. `size` is the length of its JSON texts and tags, in characters. `history`
 * is `null` when the caller named none, or when the expectation does not depend on a history.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedAppend {
  readonly stream: StreamName
  readonly expected: ExpectedVersion
  readonly events: ReadonlyArray<CheckedEvent>
  readonly size: number
  readonly history: HistoryId | null
  readonly conditions: ReadonlyArray<CheckedCondition>
}

const checkMessageId = (what: string, id: string | undefined): Checked<string | null> => {
  if (id === undefined) return E.right(null)
  if (typeof id !== 'string') return rejectInput(what, `must be a string, is ${typeof id}`)
  const problem = nameProblem(id, Limits.messageId)
  return problem === undefined ? E.right(id) : rejectInput(what, problem)
}

const checkData = (what: string, data: unknown): Checked<string> => {
  const checked = Json.check(what)(data)
  return E.isLeft(checked) ? checked : E.right(JSON.stringify(checked.right))
}

const checkType = (what: string, type: string): Checked<string> => {
  if (typeof type !== 'string') return rejectInput(what, `must be a string, is ${typeof type}`)
  const problem = nameProblem(type, Limits.eventType)
  return problem === undefined ? E.right(type) : rejectInput(what, problem)
}

const noCommand: Checked<null> = E.right(null)

const checkUser = (what: string, user: unknown): Checked<string | null> => {
  if (user === undefined) return E.right(null)
  if (typeof user !== 'object' || user === null || Array.isArray(user)) return rejectInput(what, 'must be an object')
  return checkData(what, user)
}

/** Below this length no JSON is nested too deep: each level has two brackets. */
const anyDepth = 2 * Limits.jsonDepth

/** The text of `user` that a store keeps. */
const checkStoredUser = (what: string, { user, commandType }: Metadata): Checked<string | null> => {
  const record = checkUser(`${what}.user`, user)
  if (E.isLeft(record)) return record
  const command = commandType === undefined ? noCommand : checkType(`${what}.commandType`, commandType)
  if (E.isLeft(command)) return command
  const stored = StoredMetadata.userText(record.right, command.right)
  // The record is one level deeper in the text than it was when it was checked.
  const mayBeTooDeep = stored !== record.right && stored !== null && stored.length > anyDepth
  return mayBeTooDeep ? E.map(() => stored)(checkData(what, { user })) : E.right(stored)
}

const checkSchemaVersion = (what: string, version: number): Checked<number> =>
  Number.isSafeInteger(version) && version >= 1 && version <= Limits.schemaVersion
    ? E.right(version)
    : rejectInput(what, `must be an integer from 1 to ${Limits.schemaVersion}, is ${format(version)}`)

const checkTags = (
  what: string,
  tags: unknown,
  boundaries: BoundarySupport | undefined,
): Checked<ReadonlyArray<Tag> | null> => {
  if (tags === undefined) return E.right(null)
  const checked = Tag.checkAll(what, Limits.tagsPerEvent)(tags)
  if (E.isLeft(checked)) return checked
  if (checked.right.length === 0) return E.right(null)
  return boundaries === undefined ? rejectInput(what, 'must be absent: this store keeps no tags') : checked
}

const sizeOf = ({ data, user }: CheckedEvent): number => data.length + (user === null ? 0 : user.length)

const tagsSize = ({ tags }: CheckedEvent): number =>
  tags === null ? 0 : tags.reduce((sum, { length }) => sum + length, 0)

/** Most events are so small that no number can make them too large. The check then reads no numbers. */
const sizeProblem = (event: CheckedEvent, size: number): string | undefined => {
  if (size * maxGrowth <= Limits.eventSize) return undefined
  const stored = storedSize(event.data) + (event.user === null ? 0 : storedSize(event.user))
  if (stored <= Limits.eventSize) return undefined
  const rule = `must have at most ${Limits.eventSize} characters of JSON with every digit of its numbers written out`
  return `${rule}, has ${stored}`
}

// Written step by step, here and in `checkData`: every event that is stored passes through here. A chain of `bind`
// copies its record at each link, which took half of the client's time.
const checkEvent = (event: NewEvent, what: string, boundaries: BoundarySupport | undefined): Checked<CheckedEvent> => {
  if (typeof event !== 'object' || event === null) return rejectInput(what, 'must be an object')
  const { metadata } = event
  if (typeof metadata !== 'object' || metadata === null) return rejectInput(`${what}.metadata`, 'must be an object')
  const id = EventId.parse(event.id)
  if (E.isLeft(id)) return id
  const type = checkType(`${what}.type`, event.type)
  if (E.isLeft(type)) return type
  const schemaVersion = checkSchemaVersion(`${what}.schemaVersion`, event.schemaVersion)
  if (E.isLeft(schemaVersion)) return schemaVersion
  const data = checkData(`${what}.data`, event.data)
  if (E.isLeft(data)) return data
  const correlationId = checkMessageId(`${what}.metadata.correlationId`, metadata.correlationId)
  if (E.isLeft(correlationId)) return correlationId
  const causationId = checkMessageId(`${what}.metadata.causationId`, metadata.causationId)
  if (E.isLeft(causationId)) return causationId
  const user = checkStoredUser(`${what}.metadata`, metadata)
  if (E.isLeft(user)) return user
  const tags = checkTags(`${what}.tags`, event.tags, boundaries)
  if (E.isLeft(tags)) return tags
  return E.right({
    id: id.right,
    type: type.right,
    schemaVersion: schemaVersion.right,
    data: data.right,
    correlationId: correlationId.right,
    causationId: causationId.right,
    user: user.right,
    tags: tags.right,
  })
}

/** Keeps the history only where it matters: only an exact version above 0 depends on what the writer has read. */
const checkHistory = ({ history, expected }: Append): Checked<HistoryId | null> => {
  if (history === undefined) return E.right(null)
  const checked = LogPosition.checkHistory(history)
  return E.isLeft(checked) || (typeof expected === 'number' && expected > 0) ? checked : E.right(null)
}

const checkOne = (append: Append, what: string, boundaries: BoundarySupport | undefined): Checked<CheckedAppend> => {
  if (typeof append !== 'object' || append === null) return rejectInput(what, 'must be an object')
  const stream = StreamName.parse(append.stream)
  if (E.isLeft(stream)) return stream
  const expected = ExpectedVersion.check(`${what}.expected`)(append.expected)
  if (E.isLeft(expected)) return expected
  if (!Array.isArray(append.events) || append.events.length === 0) {
    return rejectInput(`${what}.events`, 'must hold at least one event')
  }
  const events: Array<CheckedEvent> = []
  let size = 0
  for (const [i, event] of append.events.entries()) {
    const at = `${what}.events[${i}]`
    const checked = checkEvent(event, at, boundaries)
    if (E.isLeft(checked)) return checked
    const eventSize = sizeOf(checked.right)
    const problem = sizeProblem(checked.right, eventSize)
    if (problem !== undefined) return rejectInput(at, problem)
    events.push(checked.right)
    size += eventSize + tagsSize(checked.right)
  }
  const history = checkHistory(append)
  if (E.isLeft(history)) return history
  const conditions = checkConditions(append.conditions, `${what}.conditions`, boundaries)
  if (E.isLeft(conditions)) return conditions
  return E.right({
    stream: stream.right,
    expected: expected.right,
    events,
    size,
    history: history.right,
    conditions: conditions.right,
  })
}

const checkTogether = (appends: ReadonlyArray<CheckedAppend>): Checked<ReadonlyArray<CheckedAppend>> => {
  const streams = new Set<StreamName>()
  const ids = new Set<EventId>()
  let size = 0
  let conditions = 0
  for (const append of appends) {
    if (streams.has(append.stream)) return rejectInput('append', `has the stream ${append.stream} twice`)
    streams.add(append.stream)
    size += append.size
    conditions += append.conditions.length
    for (const { id } of append.events) {
      if (ids.has(id)) return rejectInput('append', `has the event id ${id} twice`)
      ids.add(id)
    }
  }
  if (ids.size > Limits.eventsPerAppend) {
    return rejectInput('append', `must hold at most ${Limits.eventsPerAppend} events, has ${ids.size}`)
  }
  if (conditions > Limits.conditionsPerAppend) {
    return rejectInput('append', `must have at most ${Limits.conditionsPerAppend} conditions, has ${conditions}`)
  }
  if (size > Limits.appendSize) {
    return rejectInput('append', `must have at most ${Limits.appendSize} characters of JSON, has ${size}`)
  }
  return E.right(appends)
}

/**
 * Checks appends that are to be stored together, all or none, before anything is sent: names, versions, ids, data and
 * sizes. Each stream and each event id may occur once. Every store calls this first, so that all reject the same input
 * with the same error.
 *
 * `boundaries` is given by a store that keeps tags and looks at conditions. All others reject both.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (appends: ReadonlyArray<Append>, boundaries?: BoundarySupport): Checked<ReadonlyArray<CheckedAppend>> => {
  if (!Array.isArray(appends) || appends.length === 0) return rejectInput('append', 'must name at least one stream')
  const checked: Array<CheckedAppend> = []
  for (const [i, append] of appends.entries()) {
    const one = checkOne(append, appends.length === 1 ? 'append' : `append[${i}]`, boundaries)
    if (E.isLeft(one)) return one
    checked.push(one.right)
  }
  return checkTogether(checked)
}

/**
 * Functions on {@link CheckedAppend}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const CheckedAppend = { check } as const
