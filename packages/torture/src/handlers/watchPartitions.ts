import postgres from 'postgres'
import type { PartitionSnapshot, Sample } from '../check/IdlePeriod.ts'
import { now } from '../now.ts'
import { pause, withTimeout } from '../timers.ts'

/** Milliseconds between two observations: less than the resolution of an idle time. */
const sampleInterval = 250
const queryTimeout = 1_000

/**
 * Observes the partitions of all handlers over a connection of its own that no fault touches, and records the
 * observations.
 *
 * @category model
 * @since 0.1.0
 */
export interface PartitionWatcher {
  readonly samples: () => ReadonlyArray<Sample>
  readonly stop: () => Promise<void>
}

const connect = (url: string): postgres.Sql =>
  postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 1, backoff: () => 0.05 })

/**
 * The settled position first, and in a statement of its own: no handler can see an event after it yet, because a writer
 * is at work before it.
 */
const sample = async (sql: postgres.Sql, schema: string): Promise<ReadonlyArray<PartitionSnapshot>> => {
  const [row] = await sql`select ${sql(schema)}.settled_position()::float8 as settled`
  return sql<Array<PartitionSnapshot>>`
    select h.name as handler, p.partition, p.position::float8 as position,
      p.holder, p.holder is not null and ${sql(schema)}.lease_end(m) > clock_timestamp() is not true as gone,
      exists (select from ${sql(schema)}.events e where e.position > p.position and e.position <= ${row?.['settled'] ?? 0}) as waits
    from ${sql(schema)}.handlers h
    join ${sql(schema)}.handler_generations g on g.handler = h.id and g.number = h.serving
    join ${sql(schema)}.handler_partitions p on p.generation = g.id
    left join ${sql(schema)}.handler_members m on m.generation = g.id and m.member = p.holder`
}

/**
 * Begins to observe, four times a second.
 *
 * @category constructors
 * @since 0.1.0
 */
export const watchPartitions = (url: string, schema: string): PartitionWatcher => {
  const samples: Array<Sample> = []
  let stopped = false

  const work = async (): Promise<void> => {
    let sql = connect(url)
    for (; !stopped; await pause(sampleInterval)) {
      const at = now()
      try {
        samples.push({ at, partitions: await withTimeout(queryTimeout, sample(sql, schema)) })
      } catch {
        samples.push({ at: now(), partitions: undefined })
        // A client of its own for each attempt: one that has lost its server may never end a statement.
        await sql.end({ timeout: 0 }).catch(() => {})
        sql = connect(url)
      }
    }
    await sql.end({ timeout: 1 }).catch(() => {})
  }
  const working = work()

  return {
    samples: () => samples,
    stop: () => {
      stopped = true
      return working
    },
  }
}
