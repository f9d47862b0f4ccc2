import type { EventStore, SnapshotStore } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'

type Store = EventStore & SnapshotStore

/** A store in which a test sets the times of events. */
export interface TimedStore {
  readonly store: Store
  readonly setTime: (stream: string, versions: ReadonlyArray<number>, time: Date) => Promise<void>
}

export const timedMemory = (): TimedStore => {
  const memory = makeMemoryStore()
  const times = new Map<string, Date>()
  const timed = {
    ...memory,
    readStream:
      (...args: Parameters<EventStore['readStream']>) =>
      async () => {
        const page = await memory.readStream(...args)()
        if (E.isLeft(page)) return page
        const events = page.right.events.map((event) => {
          const recordedAt = times.get(`${event.stream} ${event.version}`)
          return recordedAt === undefined ? event : { ...event, recordedAt }
        })
        return E.right({ ...page.right, events })
      },
  }
  return {
    store: timed,
    setTime: async (stream, versions, time) => {
      for (const version of versions) times.set(`${stream} ${version}`, time)
    },
  }
}

export const timedPostgres = (sql: postgres.Sql, schema: string): TimedStore => ({
  store: makePostgresStore({ sql, schema }),
  setTime: async (stream, versions, time) => {
    await sql.begin(async (tx) => {
      await tx.unsafe(`set local session_replication_role = replica; set local search_path = "${schema}"`)
      await tx`update events e set recorded_at = ${time} from streams s
        where s.id = e.stream and s.name = ${stream} and e.version in ${tx([...versions])}`
    })
  },
})
