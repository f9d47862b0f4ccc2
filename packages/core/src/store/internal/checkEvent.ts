import { either as E } from 'fp-ts'
import type { NewEvent } from '../../domain/RecordedEvent.ts'
import { EventId } from '../../values/EventId.ts'
import { type Checked, rejectInput } from '../../values/InvalidInput.ts'
import { format } from '../../values/internal/format.ts'
import { maxGrowth, storedSize } from '../../values/internal/storedSize.ts'
import { nameProblem } from '../../values/internal/textRules.ts'
import { Json } from '../../values/Json.ts'
import { Limits } from '../../values/Limits.ts'
import type { Metadata } from '../../values/Metadata.ts'
import { Tag } from '../../values/Tag.ts'
import type { CheckedEvent } from '../CheckedEvent.ts'
import type { BoundarySupport } from '../Condition.ts'
import { StoredMetadata } from '../StoredMetadata.ts'

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

/** The characters of the JSON texts of an event. */
export const sizeOf = ({ data, user }: CheckedEvent): number => data.length + (user === null ? 0 : user.length)

/** The characters of the tags of an event. */
export const tagsSize = ({ tags }: CheckedEvent): number =>
  tags === null ? 0 : tags.reduce((sum, { length }) => sum + length, 0)

/**
 * Why an event is too large, `undefined` when it is not. Most events are so small that no number can make them too
 * large. The check then reads no numbers.
 */
export const sizeProblem = (event: CheckedEvent, size: number): string | undefined => {
  if (size * maxGrowth <= Limits.eventSize) return undefined
  const stored = storedSize(event.data) + (event.user === null ? 0 : storedSize(event.user))
  if (stored <= Limits.eventSize) return undefined
  const rule = `must have at most ${Limits.eventSize} characters of JSON with every digit of its numbers written out`
  return `${rule}, has ${stored}`
}

/**
 * Checks an event that is to be stored; its size, see {@link sizeProblem}, is left to the caller.
 *
 * Written step by step, here and in `checkData`: every event that is stored passes through here. A chain of `bind`
 * copies its record at each link, which took half of the client's time.
 */
export const checkEvent = (
  event: NewEvent,
  what: string,
  boundaries: BoundarySupport | undefined,
): Checked<CheckedEvent> => {
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
