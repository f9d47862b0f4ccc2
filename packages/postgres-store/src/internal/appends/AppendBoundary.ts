import type { Tag } from '@foldlog/core'
import type { CheckedAppend } from '@foldlog/core/store'

/** What an append writes for boundaries, and what its conditions rest on. */
export interface AppendBoundary {
  /** The tags of its events. */
  readonly tags: ReadonlyArray<Tag>
  /** The first tag of each item of its conditions: an event that meets the item has it. */
  readonly guarded: ReadonlyArray<Tag>
  /** Whether an item has no tags: any event may meet it. */
  readonly guardsAll: boolean
}

/** Whether an append has events with tags, or conditions. All others never meet the locks and the index of tags. */
export const hasBoundary = (parts: ReadonlyArray<CheckedAppend>): boolean =>
  parts.some(({ events, conditions }) => conditions.length > 0 || events.some(({ tags }) => tags !== null))

/** Returns what an append has to do with boundaries; `undefined` for most appends, which have neither. */
export const boundaryOf = (parts: ReadonlyArray<CheckedAppend>): AppendBoundary | undefined => {
  if (!hasBoundary(parts)) return undefined
  const conditions = parts.flatMap((part) => part.conditions)
  const tags = parts.flatMap(({ events }) => events.flatMap((event) => event.tags ?? []))
  const firsts = conditions.flatMap(({ query }) => query.map((item) => item.tags[0]))
  const guarded = firsts.filter((tag) => tag !== undefined)
  return { tags, guarded, guardsAll: guarded.length < firsts.length }
}

/** Keys of one batch. foldlog.boundary_keys locks the whole log for more than 512. */
const maxKeys = 384

/**
 * A batch that grows. The server compares a condition with what is stored, not with appends before it in the batch: so
 * an append whose conditions may meet those is not admitted, and waits for the next batch.
 */
export const makeBoundaryBatch = () => {
  const tags = new Set<Tag>()
  const keys = new Set<Tag>()
  let isBoundary: boolean | undefined
  return {
    admits: (boundary: AppendBoundary | undefined): boolean => {
      if (isBoundary !== undefined && isBoundary !== (boundary !== undefined)) return false
      if (boundary === undefined) return true
      return (
        !boundary.guardsAll &&
        boundary.guarded.every((tag) => !tags.has(tag)) &&
        keys.size + boundary.tags.length + boundary.guarded.length <= maxKeys
      )
    },
    add: (boundary: AppendBoundary | undefined): void => {
      isBoundary = boundary !== undefined
      for (const tag of boundary?.tags ?? []) {
        tags.add(tag)
        keys.add(tag)
      }
      for (const tag of boundary?.guarded ?? []) keys.add(tag)
    },
  }
}
