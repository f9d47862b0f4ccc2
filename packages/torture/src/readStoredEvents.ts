import type { Tag } from '@foldlog/core'
import type postgres from 'postgres'
import type { LogRow } from './check/Log.ts'

const pageSize = 20_000

/** A row as it is selected; without the types of arrays and JSON, which the clients of this package do not fetch. */
interface StoredRow extends Pick<LogRow, 'position' | 'stream' | 'version' | 'id' | 'recordedAt'> {
  readonly type: string
  readonly tags: string | null
  readonly decided: string | null
}

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
  const shared = (name: string): string => {
    const known = names.get(name)
    if (known === undefined) names.set(name, name)
    return known ?? name
  }
  for (let after = 0; ; ) {
    const page = await sql<ReadonlyArray<StoredRow>>`
      select e.position::float8 as position, s.name as stream, e.version::float8 as version, coalesce(e.data ->> 'id', e.id::text) as id,
        floor(extract(epoch from e.recorded_at) * 1000)::float8 as "recordedAt", e.type, array_to_json(e.tags)::text as tags,
        (e.data -> 'decided')::text as decided
      from ${sql(schema)}.events e join ${sql(schema)}.streams s on s.id = e.stream
      where e.position > ${after} order by e.position limit ${pageSize}`
    for (const { stream, type, tags, decided, ...row } of page) {
      // The function of the store makes it.
      const own = tags === null ? {} : { tags: JSON.parse(tags) as ReadonlyArray<Tag> }
      const seen: Pick<LogRow, 'decided'> = decided === null ? {} : { decided: JSON.parse(decided) }
      rows.push({ ...row, stream: shared(stream), type: shared(type), ...own, ...seen })
    }
    const last = page.at(-1)
    if (last === undefined) return rows
    after = last.position
  }
}
