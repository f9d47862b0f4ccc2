import { randomUUID } from 'node:crypto'
import type { SqlClient } from '../../SqlClient.ts'
import { isDriverMistake } from './classifyError.ts'
import { untilClosed } from './observeSockets.ts'
import type { StatementTurns } from './StatementTurns.ts'
import { closeBrokenConnection, closeSilentConnection } from './silentConnections.ts'
import { withTimeout } from './timers.ts'

/** The parameters of a statement, without its token. */
export type StatementParameters = ReadonlyArray<string | null>

/** A row of an answer: the bytes of each column, as text, or null. The token is in the last column. */
export type AnswerRow = ReadonlyArray<Buffer | null | undefined>

/** Sends one statement and returns its rows. Rejects with the client's error. */
export type RowRunner = (statement: string, parameters: StatementParameters) => Promise<ReadonlyArray<AnswerRow>>

/** Sends one statement and returns the first column of its rows as texts. Rejects with the client's error. */
export type StatementRunner = (statement: string, parameters: StatementParameters) => Promise<ReadonlyArray<string>>

/** The first column of a row. */
export const firstText = (row: AnswerRow): string => row[0]?.toString('utf8') ?? ''

/**
 * The last column of a row. By index, not by length: a transform of rows, which also applies to `raw`, may have made an
 * object of the array.
 */
const lastColumn = (row: AnswerRow): AnswerRow[number] => {
  let last = 0
  while (row[last + 1] !== undefined) last++
  return row[last]
}

/**
 * Thrown, inside this package only. It counts as a lost connection, because the outcome of the statement is unknown.
 */
const wrongAnswer = { code: 'CONNECTION_CLOSED', message: 'the client returned the answer of another statement' }

/**
 * Runs one statement in autocommit, or in the transaction that the client is: no `begin`, which a dying connection
 * could turn into a crash of the process. `raw` keeps parsers and transforms of the client's owner away from the rows.
 *
 * The trap: when a backend is terminated while statements are queued on its connection, `postgres` 3.4.9 can keep one
 * of them in its list of sent statements. On the next connection that statement then waits for an answer, gets that of
 * the statement after it, and so on: from then on every answer goes to the wrong statement (seen in 1 of about 1,600
 * kills). An append would take the verdict on another for its own. So every statement has a token that its first row
 * must return. When it does not, the statement counts as lost, to be sent again, and the backend that answered is
 * terminated: this makes the client clear its list.
 *
 * The client can also read the right answer with the columns of another statement, and keep those for later answers.
 * The token is the last column: a row that is read with too few columns has none, and the connection is closed. A row
 * that is read with too many is an error of the client, see `isDriverMistake`.
 *
 * With `turns`, a statement waits for a secondary one; see `StatementTurns`.
 */
export const makeRowRunner = (sql: SqlClient, timeout: number, turns?: StatementTurns): RowRunner => {
  const runnerId = randomUUID()
  let sentCount = 0
  let closing: Promise<unknown> | undefined

  /** After an error, later statements wait until the client knows which connections are closed. */
  const waitForClose = (): void => {
    closing ??= untilClosed().finally(() => {
      closing = undefined
    })
  }

  const terminateBackend = (backend: string): void => {
    const ended = sql.unsafe('select pg_terminate_backend($1::text::int)', [backend], { prepare: true })
    // The next answer shows whether it succeeded.
    ended.then(
      () => {},
      () => {},
    )
  }

  const toWaitFor = (): Promise<unknown> | undefined => closing ?? turns?.secondary()

  const send = async (statement: string, parameters: Array<string | null>) => {
    const query = sql.unsafe(statement, parameters, { prepare: true })
    const answered = query.raw()
    const onTimeout = (): Promise<void> => closeSilentConnection(query, timeout, answered, 'perhaps a commit')
    turns?.begin()
    try {
      return { query, rows: await withTimeout(timeout, answered, onTimeout) }
    } catch (cause) {
      if (isDriverMistake(cause)) closeBrokenConnection(query)
      waitForClose()
      throw cause
    } finally {
      turns?.end()
    }
  }

  return async (statement, parameters) => {
    const token = `${runnerId}.${++sentCount}`
    for (let other = toWaitFor(); other !== undefined; other = toWaitFor()) await other
    const { query, rows } = await send(statement, [...parameters, token])
    // Empty slots at the beginning come from an earlier answer that failed half-way: `postgres` counts its rows to the
    // next one.
    const answer = rows[0] === undefined ? rows.filter(() => true) : rows
    const [echo, backend] =
      lastColumn(answer[0] ?? [])
        ?.toString('utf8')
        .split(' ') ?? []
    if (echo === token) return answer
    if (echo?.startsWith(runnerId) && backend !== undefined) terminateBackend(backend)
    else closeBrokenConnection(query)
    throw wrongAnswer
  }
}

/** The runner of statements whose answers have one column beside the token. */
export const textsOf =
  (run: RowRunner): StatementRunner =>
  async (statement, parameters) =>
    (await run(statement, parameters)).map(firstText)

export const makeStatementRunner = (sql: SqlClient, timeout: number): StatementRunner =>
  textsOf(makeRowRunner(sql, timeout))
