import { eventType, payload } from './payload.ts'

/**
 * The data of an event that rests on a decision: the tag that the decision is about, and the position of the last event
 * with that tag that was seen, 0 for none.
 *
 * @category model
 * @since 0.1.0
 */
export interface Decision extends ReturnType<typeof payload> {
  readonly about: string
  readonly seen: number
}

/**
 * A decision that was stored: its place in the log, and the tags of its event.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoredDecision extends Pick<Decision, 'about' | 'seen'> {
  readonly position: number
  readonly tags: ReadonlyArray<string>
}

/**
 * The stored type of all events that decisions are about.
 *
 * @category constants
 * @since 0.1.0
 */
const type: string = eventType

/**
 * The data of an event.
 *
 * @category constructors
 * @since 0.1.0
 */
const data = (about: string, seen: number): Decision => ({ ...payload(1), about, seen })

/**
 * Counts the decisions whose condition was not met: those that had not seen the last event with their tag before them
 * in the log. `decisions` are all events since a place of the log, in order; `before` has the last position of each tag
 * up to that place.
 *
 * @category destructors
 * @since 0.1.0
 */
const violations = (decisions: ReadonlyArray<StoredDecision>, before: ReadonlyMap<string, number>): number => {
  const last = new Map(before)
  let count = 0
  for (const { position, tags, about, seen } of decisions) {
    if (seen !== (last.get(about) ?? 0)) count++
    for (const tag of tags) last.set(tag, position)
  }
  return count
}

/**
 * Functions on {@link Decision}s.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Decision = { type, data, violations } as const
