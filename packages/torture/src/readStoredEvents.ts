import type postgres from 'postgres'
import type { LogRow } from './check/Log.ts'

const pageSize = 20_000

/**
 * Reads the table of events by plain SQL, in the order of positions, after all writes. The id is the one that the
 * writer put into the data, or else that of the event.
 *
 * @category destructors
 * @since 0.1.0
 */
export const readStoredEvents = async (sql: postgres.Sql, schema: string): Promise<ReadonlyArray<LogRow>> => {
  const rows: Array<LogRow> = []
  // Names repeat many times, so each is kept in memory once.
  const names = new Map<string, string>()
  for (let after = 0; ; ) {
    const page = await sql<ReadonlyArray<LogRow>>`
      select e.position::float8 as position, s.name as stream, e.version::float8 as version, coalesce(e.data ->> 'id', e.id::text) as id,
        floor(extract(epoch from e.recorded_at) * 1000)::float8 as "recordedAt"
      from ${sql(schema)}.events e join ${sql(schema)}.streams s on s.id = e.stream
      where e.position > ${after} order by e.position limit ${pageSize}`
    for (const { position, stream, version, id, recordedAt } of page) {
      if (!names.has(stream)) names.set(stream, stream)
      rows.push({ position, stream: names.get(stream) ?? stream, version, id, recordedAt })
    }
    const last = page.at(-1)
    if (last === undefined) return rows
    after = last.position
  }
}
