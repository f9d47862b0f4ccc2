import { AppendConditionError, type DcbEvent, Query, SequencePosition, Tags } from '@dcb-es/event-store'
import { PostgresEventStore } from '@dcb-es/event-store-postgres'
import pg from 'pg'
import postgres from 'postgres'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { Decision, type StoredDecision } from '../domain/Decision.ts'
import type { OpenDecider } from './Decider.ts'

/**
 * The Postgres store of `@dcb-es`, in a database of its own.
 *
 * @category model
 * @since 0.1.0
 */
export interface Dcb extends OpenDecider {
  readonly store: PostgresEventStore
  /** Makes the statistics of its table, which the server would make later. */
  readonly analyze: () => Promise<unknown>
}

const eventOf = (about: string, seen: number, tags: ReadonlyArray<string>): DcbEvent => ({
  type: Decision.type,
  tags: Tags.from([...tags]),
  data: Decision.data(about, seen),
  metadata: {},
})

const queryOf = (tag: string): Query => Query.fromItems([{ types: [Decision.type], tags: Tags.from([tag]) }])

/** The last event with a tag; its position is what a decision has seen. */
const lastPosition = async (store: PostgresEventStore, query: Query): Promise<SequencePosition> => {
  for await (const { position } of store.read(query, { backwards: true, limit: 1 })) return position
  return SequencePosition.initial()
}

/**
 * Opens the store in a new database.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async ({ database, connections }: BenchmarkEnvironment, name = 'dcb-es'): Promise<Dcb> => {
  const url = await database(name)
  const pool = new pg.Pool({ connectionString: url, max: connections })
  // The error of a connection whose database is removed.
  pool.on('error', () => {})
  const store = new PostgresEventStore({ pool })
  await store.ensureInstalled()
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} })
  return {
    store,
    analyze: () => sql`vacuum (analyze) events`,
    about: async (tag) => {
      const failIfEventsMatch = queryOf(tag)
      let after = await lastPosition(store, failIfEventsMatch)
      return async (tags) => {
        for (;;) {
          try {
            const events = eventOf(tag, Number(after.toString()), tags)
            const stored = await store.append({ events, condition: { failIfEventsMatch, after } })
            if (tags.includes(tag)) after = stored
            return
          } catch (cause) {
            if (!(cause instanceof AppendConditionError)) throw cause
            after = await lastPosition(store, failIfEventsMatch)
          }
        }
      }
    },
    end: async () => {
      const [row] = await sql<[{ end: number }]>`select coalesce(max(sequence_position), 0)::float8 as end from events`
      return row.end
    },
    storedAfter: (position) => sql<ReadonlyArray<StoredDecision>>`
      select sequence_position::float8 as position, to_json(tags) as tags,
        payload::json -> 'data' ->> 'about' as about, (payload::json -> 'data' ->> 'seen')::float8 as seen
      from events where sequence_position > ${position} order by sequence_position`,
    lastOf: async (tags, position) => {
      const rows = await sql<ReadonlyArray<{ readonly tag: string; readonly last: number }>>`
        select tag, (
          select coalesce(max(sequence_position), 0) from events where tags @> array[tag] and sequence_position <= ${position}
        )::float8 as last
        from json_array_elements_text(${JSON.stringify(tags)}::text::json) tag`
      return new Map(rows.map(({ tag, last }) => [tag, last]))
    },
    close: async () => {
      await sql.end({ timeout: 5 })
      await pool.end()
    },
  }
}

/** The number of events in one append, while a store is filled. */
const fillSize = 5_000

/**
 * Fills a store with events that have a tag.
 *
 * @category combinators
 * @since 0.1.0
 */
const fill = async ({ store }: Pick<Dcb, 'store'>, tag: string, events: number): Promise<void> => {
  for (let stored = 0; stored < events; stored += fillSize)
    await store.append({
      events: Array.from({ length: Math.min(fillSize, events - stored) }, (_, i) =>
        eventOf(tag, 0, [tag, `filled:${stored + i}`]),
      ),
    })
}

/**
 * Functions on {@link Dcb}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Dcb = { open, fill } as const
