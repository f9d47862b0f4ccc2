import type { Appended } from '@foldlog/core'
import type { PostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import type { AppendOutcome, SentAppend } from '../Journal.ts'
import { pause, withTimeout } from '../timers.ts'
import { appendOf } from './appendOf.ts'
import { outcomeOf } from './outcomeOf.ts'

/**
 * Sends a planned append, and returns its outcome.
 *
 * @category combinators
 * @since 0.1.0
 */
export const sendAppend = async (
  store: PostgresStore,
  connectOnce: () => postgres.Sql,
  sent: SentAppend,
  first: boolean,
): Promise<AppendOutcome> =>
  sent.how === 'transaction'
    ? inTransaction(store, connectOnce(), sent)
    : outcomeOf(await store.appendAll(sent.parts.map(appendOf))(), first)

const statementTimeout = 8_000

const unknown = (why: string): AppendOutcome => ({ is: 'unknown', why })

/**
 * One attempt at a transaction. It returns `refused` only when no attempt can have been committed: a transaction that
 * is rolled back on purpose never is, and a rejection now would have been a rejection before.
 */
const inTransaction = async (store: PostgresStore, sql: postgres.Sql, sent: SentAppend): Promise<AppendOutcome> => {
  try {
    await withTimeout(statementTimeout, sql.unsafe('begin read write'))
    const appends = store.inTransaction(sql)
    const results: Array<Appended> = []
    for (const part of sent.parts) {
      const result = await appends.append(appendOf(part))()
      if (E.isLeft(result)) return outcomeOf(result, true)
      results.push(result.right)
    }
    await pause(sent.holdMs ?? 0)
    if (sent.undo === true) return { is: 'refused', why: 'rolled back on purpose' }
    // `and chain`, because outside of a transaction it is an error: a plain `commit` on a new connection would look
    // like a success.
    const { command } = await withTimeout(statementTimeout, sql.unsafe('commit and chain'))
    return command === 'COMMIT' ? outcomeOf(E.right(results), true) : unknown(`the server answered ${command}`)
  } catch (cause) {
    return unknown(typeof cause === 'object' && cause !== null ? String(Reflect.get(cause, 'message')) : String(cause))
  } finally {
    // The end of the connection is the end of the transaction.
    await withTimeout(statementTimeout, sql.end({ timeout: 0 })).catch(() => {})
  }
}
