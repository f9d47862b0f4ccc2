import type { StoreUnavailable } from '@foldlog/core'
import type { IndexChanges, MissingIndexChange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { SqlClient } from '../../SqlClient.ts'
import { toStoreUnavailable } from './classifyError.ts'
import type { RetryingClient } from './RetryingClient.ts'
import { makeStatementRunner } from './StatementRunner.ts'

type ReservedClient = Awaited<ReturnType<NonNullable<SqlClient['reserve']>>>

/** `changes` returns the pending changes, behind an empty row; `analyze` is run when one was made. */
export interface IndexOptions {
  readonly sql: SqlClient
  readonly quotedSchema: string
  readonly changes: string
  readonly analyze: string
}

/** The pending statements. The first row is always there, and is empty. */
const changesIn = (rows: ReadonlyArray<string>): ReadonlyArray<string> => rows.slice(1)

/**
 * One session at a time creates indexes. An index that is being built is as invalid as one that a crash has left, and
 * another session would drop it. No session waits for the lock, because a waiting session has a snapshot, and `create
 * index concurrently` waits for all snapshots. The key has two numbers, so it differs from the lock of every floor.
 */
const callLock = async (
  reserved: ReservedClient,
  quotedSchema: string,
  call: 'pg_try_advisory_lock' | 'pg_advisory_unlock',
): Promise<boolean> => {
  const text = `select ${call}(1868981348, hashtext($1::text))::text`
  const [row] = await reserved.unsafe(text, [quotedSchema], { prepare: false }).raw()
  return String(row?.[0]) === 'true'
}

/**
 * Runs the changes on a reserved connection, each once, until nothing new is declared meanwhile. A change that fails,
 * because the role does not own the table or the disk is full, does not prevent the others.
 */
const runChanges = async (reserved: ReservedClient, { changes, analyze }: IndexOptions): Promise<IndexChanges> => {
  // The client may have no other connection.
  const run = makeStatementRunner(reserved, 30_000)
  const [made, missing] = [new Set<string>(), new Map<string, MissingIndexChange>()]
  for (;;) {
    const next = changesIn(await run(changes, [])).filter((change) => !made.has(change) && !missing.has(change))
    if (next.length === 0) break
    for (const change of next) {
      try {
        // Without parameters, the client sends it as a simple query, outside of a transaction.
        await reserved.unsafe(change)
        made.add(change)
      } catch (cause) {
        missing.set(change, { change, why: toStoreUnavailable(cause).why })
      }
    }
  }
  // Without statistics of its expressions the planner does not know what an index finds.
  if (made.size > 0) await reserved.unsafe(analyze)
  return { made: [...made], missing: [...missing.values()], busy: false }
}

const createOn = async (reserved: ReservedClient, options: IndexOptions): Promise<IndexChanges> => {
  const { quotedSchema } = options
  if (!(await callLock(reserved, quotedSchema, 'pg_try_advisory_lock'))) return { made: [], missing: [], busy: true }
  try {
    return await runChanges(reserved, options)
  } finally {
    await callLock(reserved, quotedSchema, 'pg_advisory_unlock')
  }
}

/** Creates and drops what is to be created and dropped. Without work it takes one statement. */
export const changeIndexes = async (
  { query }: RetryingClient,
  options: IndexOptions,
): Promise<E.Either<StoreUnavailable, IndexChanges>> => {
  const { sql } = options
  const found = await query(options.changes, [])
  if (E.isLeft(found)) return found
  const changes = changesIn(found.right.rows)
  if (changes.length === 0) return E.right({ made: [], missing: [], busy: false })
  if (sql.reserve === undefined) {
    const why = 'the client of the store has no function `reserve`'
    return E.right({ made: [], missing: changes.map((change) => ({ change, why })), busy: false })
  }
  try {
    const reserved = await sql.reserve()
    try {
      return E.right(await createOn(reserved, options))
    } finally {
      reserved.release()
    }
  } catch (cause) {
    return E.left(toStoreUnavailable(cause))
  }
}
