import { EventId, type RecordedEvent } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import type { ReadPage } from '../Observations.ts'
import { withTimeout } from '../timers.ts'
import type { PageSource } from './PageSource.ts'
import { Payload } from './Payload.ts'

/**
 * The log as many programs read it: every event after the highest position seen so far. An event whose position is
 * drawn earlier and committed later is never seen. This reader exists to be detected.
 *
 * @category constructors
 * @since 0.1.0
 */
export const naiveSource = (sql: postgres.Sql, schema: string, before: ReadonlyArray<ReadPage>): PageSource => {
  let after = before.at(-1)?.events.at(-1)?.[0] ?? 0
  /** Set when a read found nothing after the caller began to wait for the end. */
  let end: boolean | undefined
  return {
    next: async (count) => {
      try {
        const rows = await withTimeout(
          3_000,
          sql`
            select e.position::float8, s.name, e.version::float8, e.data ->> 'id' as id, e.recorded_at
            from ${sql(schema)}.events e join ${sql(schema)}.streams s on s.id = e.stream
            where e.position > ${after} order by e.position limit ${count}`,
        )
        if (end !== undefined) end = rows.length === 0
        after = rows.at(-1)?.['position'] ?? after
        return { events: rows.flatMap(eventOf) }
      } catch {
        return undefined
      }
    },
    reached: () => {
      end ??= false
      return end
    },
  }
}

const eventOf = ({ position, name, version, id, recorded_at }: postgres.Row): ReadonlyArray<RecordedEvent> => {
  const parsed = EventId.parse(id)
  // Events that writers have stored with a checked id; only their places are used here.
  return E.isLeft(parsed)
    ? []
    : [{ ...Payload.make(parsed.right), stream: name, version, position, recordedAt: recorded_at }]
}
