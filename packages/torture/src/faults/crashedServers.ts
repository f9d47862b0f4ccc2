import { EventId, type NewEvent, StreamName } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import type { Fault, FaultContext } from '../Fault.ts'

/** Restarts the server, with a second attempt on a busy machine. The round cannot continue without a server. */
const crash = async ({ server }: FaultContext): Promise<boolean> => {
  for (let attempt = 1; attempt <= 2; attempt++) if (E.isRight(await server.restart('immediate')())) return true
  return false
}

const crashed: Fault = { kind: 'server crashed', share: 1, inject: crash }

const many = 100

/** Draws positions that are never used. */
const drawUnusedPositions = async ({ server, schema }: FaultContext): Promise<void> => {
  const sql = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 5 })
  const id = EventId.source({ now: () => Date.now(), random: Math.random })
  const event = (): NewEvent => ({ id: id(), type: 'Never', schemaVersion: 1, data: {}, metadata: {} })
  const stream = StreamName.make('never', 'stored')
  try {
    await sql.unsafe('begin')
    if (E.isRight(stream)) {
      const append = { stream: stream.right, expected: 'any', events: Array.from({ length: many }, event) } as const
      await makePostgresStore({ sql, schema }).inTransaction(sql).append(append)()
    }
    await sql.unsafe('rollback')
  } finally {
    await sql.end({ timeout: 0 })
  }
}

/**
 * While no writer commits, rolled-back work does not reach the disk. The crash sets the sequence of positions back,
 * behind readers that saw it.
 */
const crashedAfterRollback: Fault = {
  kind: 'server crashed after a rollback',
  share: 1,
  inject: async (world) => {
    const goOn = world.workers.filter(({ role }) => role === 'writers').map((worker) => worker.stop())
    try {
      await world.hold(100)
      for (let i = 0; i < 2; i++) await drawUnusedPositions(world)
      // Readers need time to read.
      await world.hold(100)
      return await crash(world)
    } finally {
      for (const wake of goOn) wake()
    }
  },
}

/**
 * Stops the server as a crash does, and restarts it: every acknowledged append must be on the disk.
 *
 * @category faults
 * @since 0.1.0
 */
export const crashedServers: ReadonlyArray<Fault> = [crashed, crashedAfterRollback]
