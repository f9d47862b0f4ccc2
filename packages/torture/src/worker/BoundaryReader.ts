import type { Marker, Query, RecordedEvent } from '@foldlog/core'
import type { PostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type { Decided } from '../boundaries/Decided.ts'
import type { Random } from '../Random.ts'

/**
 * What a writer has seen of the events that meet a query. Without a marker, it claims that there are none.
 *
 * @category model
 * @since 0.1.0
 */
export interface SeenBoundary extends Omit<Decided, 'by'> {
  readonly marker?: Marker
}

/**
 * Reads what decisions rest on. The writers of a process share it: a decision may rest on an old read, and later ones
 * continue at the marker of that read, or at the marker that an append has returned.
 *
 * @category model
 * @since 0.1.0
 */
export interface BoundaryReader {
  /** Undefined when there was no answer, or when the log went back. */
  readonly see: (query: Query) => Promise<SeenBoundary | undefined>
  /** Remembers what has been seen after an append with a condition; `undefined` forgets it. */
  readonly remember: (query: Query, seen: SeenBoundary | undefined) => void
}

/** The share of the decisions that claim, without a read, that nothing meets their query. */
const claims = 0.03

/** The share of the decisions that rest on the last event alone. */
const lastOnly = 0.2

/** The share of the decisions that rest on what is remembered, without a read. */
const remembered = 0.4

const none: SeenBoundary = { last: 0, count: 0 }

const after = (seen: SeenBoundary, events: ReadonlyArray<RecordedEvent>, marker: Marker): SeenBoundary => ({
  // A later read may return lower positions.
  last: events.reduce((last, { position }) => Math.max(last, position), seen.last),
  count: (seen.count ?? 0) + events.length,
  marker,
})

/**
 * Makes a reader that has read nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (store: PostgresStore, random: Random): BoundaryReader => {
  const known = new Map<string, SeenBoundary>()

  const readOn = async (query: Query): Promise<SeenBoundary | undefined> => {
    const key = JSON.stringify(query)
    for (let seen = known.get(key) ?? none; ; ) {
      const page = await store.readMatching({ query, after: seen.marker, limit: random.int(1, 1_000) })()
      if (E.isLeft(page)) {
        if (page.left._tag === 'LogRewound') known.delete(key)
        return undefined
      }
      seen = after(seen, page.right.events, page.right.marker)
      known.set(key, seen)
      if (page.right.end) return seen
    }
  }

  const readLast = async (query: Query): Promise<SeenBoundary | undefined> => {
    const read = await store.lastMatching(query)()
    if (E.isLeft(read)) return undefined
    const { event, marker } = read.right
    return { last: event._tag === 'Some' ? event.value.position : 0, marker }
  }

  return {
    see: async (query) => {
      const before = known.get(JSON.stringify(query))
      if (random.chance(claims)) return none
      if (random.chance(lastOnly)) return readLast(query)
      return before !== undefined && random.chance(remembered) ? before : readOn(query)
    },
    remember: (query, seen) => {
      const key = JSON.stringify(query)
      if (seen === undefined) known.delete(key)
      else if ((known.get(key)?.last ?? 0) <= seen.last) known.set(key, seen)
    },
  }
}

/**
 * Functions on {@link BoundaryReader}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const BoundaryReader = { make } as const
