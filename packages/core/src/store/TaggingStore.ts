import { either as E, type taskEither as TE } from 'fp-ts'
import { type Checked, type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { nameProblem, textProblem } from '../values/internal/textRules.ts'
import { Limits } from '../values/Limits.ts'
import type { PartialOptions } from '../values/PartialOptions.ts'
import type { Queried } from '../values/Query.ts'
import { StreamName } from '../values/StreamName.ts'
import { Tag } from '../values/Tag.ts'
import type { StoreUnavailable } from './StoreError.ts'

/**
 * Tags that a stored event gets, in addition to those that it has. `position` is the place of the event in the log.
 *
 * @category model
 * @since 0.1.0
 */
export interface TagAddition {
  readonly position: number
  readonly tags: ReadonlyArray<Tag>
}

/**
 * A requirement: every event of the stored name `type` has a tag of the name `tag`. With `category`, it is required in
 * streams of that category only.
 *
 * @category model
 * @since 0.1.0
 */
export interface RequiredTag {
  readonly type: string
  readonly tag: string
  readonly category?: string | undefined
}

/**
 * Tags that were added to events after they were stored. `required` says which events must have them: later events
 * without them are refused. `promoted` says that all earlier events have them too, so decisions may rest on them.
 *
 * @category model
 * @since 0.1.0
 */
export interface Tagging {
  readonly name: string
  readonly required: ReadonlyArray<RequiredTag>
  readonly promoted: boolean
}

/**
 * The port by which stored events get further tags while others append. `Retagging.run` of `@foldlog/operations` calls
 * its functions in the right order: add, require, add the rest, promote. Each step may be repeated.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaggingStore {
  /**
   * Adds tags to stored events, all or none. A tag that an event has already changes nothing. A position without an
   * event is `InvalidInput`, and so are more than {@link Limits}`.pageSize` additions.
   */
  readonly addTags: (additions: ReadonlyArray<TagAddition>) => TE.TaskEither<InvalidInput | StoreUnavailable, void>

  /**
   * Begins to require tags: an append of such an event without them is refused from now on, with a `StoreUnavailable`
   * that is not `retryable`, because its process has to be replaced by one that knows these tags. What a promoted
   * tagging requires does not change any more: the same requirements, in any order, change nothing, and others are
   * `InvalidInput`. When this returns, every event that was appended without the tags can be read.
   */
  readonly requireTags: (
    name: string,
    required: ReadonlyArray<RequiredTag>,
  ) => TE.TaskEither<InvalidInput | StoreUnavailable, void>

  /** Notes that all events have the tags. `InvalidInput` when no tags are required under this name. */
  readonly promoteTagging: (name: string) => TE.TaskEither<InvalidInput | StoreUnavailable, void>

  /** The taggings of this log, by name. */
  readonly taggings: TE.TaskEither<StoreUnavailable, ReadonlyArray<Tagging>>
}

/**
 * Checks additions. Returns them in the order of positions, each position once, with its tags sorted.
 *
 * @category for store authors
 * @since 0.1.0
 */
const checkAdditions = (additions: unknown): Checked<ReadonlyArray<TagAddition>> => {
  if (!Array.isArray(additions)) return rejectInput('additions', `must be an array, is ${format(additions)}`)
  if (additions.length > Limits.pageSize)
    return rejectInput('additions', `must be at most ${Limits.pageSize}, are ${additions.length}`)
  const byPosition = new Map<number, ReadonlySet<Tag>>()
  for (let i = 0; i < additions.length; i++) {
    const { position, tags }: PartialOptions<TagAddition> = Object(additions[i])
    if (!Number.isSafeInteger(position) || Number(position) < 1)
      return rejectInput(`additions[${i}].position`, `must be a position from 1 up, is ${format(position)}`)
    const checked = Tag.checkAll(`additions[${i}].tags`, Limits.tagsPerEvent)(tags)
    if (E.isLeft(checked)) return checked
    byPosition.set(Number(position), new Set([...(byPosition.get(Number(position)) ?? []), ...checked.right]))
  }
  const all = [...byPosition].map(([position, tags]) => ({ position, tags: [...tags].sort() }))
  return E.right(all.filter(({ tags }) => tags.length > 0).sort((one, other) => one.position - other.position))
}

/**
 * Checks the name of a tagging.
 *
 * @category for store authors
 * @since 0.1.0
 */
const checkName = (name: unknown): Checked<string> => {
  const problem =
    typeof name === 'string' ? nameProblem(name, Limits.handlerName) : `must be a string, is ${format(name)}`
  return problem === undefined ? E.right(String(name)) : rejectInput('name', problem)
}

/**
 * Checks what a tagging requires, which is at least one tag. Returns each requirement once.
 *
 * @category for store authors
 * @since 0.1.0
 */
const checkRequired = (required: unknown): Checked<ReadonlyArray<RequiredTag>> => {
  if (!Array.isArray(required) || required.length === 0 || required.length > Limits.pageSize)
    return rejectInput('required', `must be an array of 1 to ${Limits.pageSize} required tags`)
  const all = new Map<string, RequiredTag>()
  for (let i = 0; i < required.length; i++) {
    const { type, tag, category }: PartialOptions<RequiredTag> = Object(required[i])
    const problem =
      typeof type === 'string' ? nameProblem(type, Limits.eventType) : `must be a string, is ${format(type)}`
    if (problem !== undefined) return rejectInput(`required[${i}].type`, problem)
    const unfit =
      typeof tag !== 'string' || tag === '' ? `must be the name of a tag, is ${format(tag)}` : textProblem(tag)
    if (unfit !== undefined) return rejectInput(`required[${i}].tag`, unfit)
    const one = { type: String(type), tag: String(tag) }
    if (category === undefined) all.set(JSON.stringify([type, tag]), one)
    else {
      const wrong =
        typeof category === 'string'
          ? nameProblem(category, Limits.streamName)
          : `must be a string, is ${format(category)}`
      if (wrong !== undefined) return rejectInput(`required[${i}].category`, wrong)
      all.set(JSON.stringify([type, tag, category]), { ...one, category })
    }
  }
  return E.right([...all.values()])
}

/**
 * The first required tag that an event of this stored name lacks, `undefined` when it has all.
 *
 * @category for store authors
 * @since 0.1.0
 */
const lackedBy = (
  { type, stream, tags = [] }: Queried,
  required: ReadonlyArray<RequiredTag>,
): RequiredTag | undefined =>
  required.find(
    (one) =>
      one.type === type &&
      (one.category === undefined || one.category === StreamName.category(stream)) &&
      !tags.some((tag) => Tag.name(tag) === one.tag),
  )

/**
 * The text of the error for an event without a required tag.
 *
 * @category for store authors
 * @since 0.1.0
 */
const lackText = ({ type, tag }: RequiredTag): string =>
  `an event ${type} must have a tag ${tag} since history was tagged anew; this process does not know it`

/**
 * Whether two taggings require the same. Neither has a requirement twice, and their order does not count.
 *
 * @category for store authors
 * @since 0.1.0
 */
const sameRequired = (one: ReadonlyArray<RequiredTag>, other: ReadonlyArray<RequiredTag>): boolean => {
  const key = ({ type, tag, category }: RequiredTag) => JSON.stringify([type, tag, category])
  const keys = new Set(one.map(key))
  return one.length === other.length && other.every((required) => keys.has(key(required)))
}

/**
 * The text of the error for other requirements under the name of a promoted tagging.
 *
 * @category for store authors
 * @since 0.1.0
 */
const finalText = (name: string): string =>
  `differs from what the tagging ${JSON.stringify(name)} requires, which is promoted: take another name`

/**
 * The checks of a {@link TaggingStore}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const TaggingInput = {
  checkAdditions,
  checkName,
  checkRequired,
  sameRequired,
  finalText,
  lackedBy,
  lackText,
} as const
