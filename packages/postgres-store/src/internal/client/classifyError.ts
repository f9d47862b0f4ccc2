import { describeUnknown, type StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'

/** The meaning of a failed statement for the data that was sent with it. */
export type StatementFailure =
  /**
   * The connection was lost, or the server cannot serve: the statement may or may not have taken effect, and can be
   * sent again.
   */
  | { readonly _tag: 'Lost'; readonly error: StoreUnavailable }
  /** The server rolled it back, because of concurrent statements or its size: it can be sent again, or in parts. */
  | { readonly _tag: 'Undone'; readonly error: StoreUnavailable }
  /** An event id is already stored. */
  | { readonly _tag: 'DuplicateId'; readonly detail: string }
  /** The server rejected it, and would reject it again. */
  | { readonly _tag: 'Refused'; readonly error: StoreUnavailable }

/**
 * Reads by shape, never by `instanceof`: errors of another realm (a Jest sandbox) have another `Error`. A value that
 * the application's code threw may throw when it is read.
 */
export const stringProperty = (error: unknown, key: string): string => {
  if (typeof error !== 'object' || error === null) return ''
  try {
    const value: unknown = Reflect.get(error, key)
    return typeof value === 'string' ? value : ''
  } catch {
    return ''
  }
}

/**
 * Codes of Node, of the client and of this package (NO_ANSWER) for a connection that is lost or not yet open. Other
 * codes of Node that begin with ERR_ are mistakes in the program.
 */
const connectionLostCodes =
  /^((?!ERR_)E[A-Z_]{2,}|ERR_(STREAM|SOCKET)_[A-Z_]+|CONNECT_TIMEOUT|NO_ANSWER|CONNECTION_(CLOSED|DESTROYED))$/

/**
 * Class 08: connection; 57P01 to 57P05: shut down, crash, starting, dropped or idle; 25P03: idle in a transaction;
 * 25P04: the time limit of a transaction; 40003: whether the statement completed is unknown; 53: no more resources,
 * 53300 connections. The code does not say whether the connection is gone: see {@link isConnectionLost}.
 */
const serverUnavailableCodes = /^(08...|57P0[1-5]|25P0[34]|40003|53...)$/

/**
 * 40000 and 40001: rolled back, serialization failure; 40P01: deadlock; 55P03: lock not available; 57014: cancelled
 * (mostly a timeout of the server); 72000: the snapshot is too old; 26000 and 42P05: a prepared statement is lost, or
 * is another client's. The driver prepares a statement anew, but once only, and not within a transaction.
 */
const rolledBackCodes = /^(40000|40001|40P01|55P03|57014|72000|26000|42P05)$/

/**
 * Whether the server is a standby, or may not be written to. A standby serves as soon as it is promoted, and in a
 * failover the client may come half a second too early. 25006: read-only; FL004: raised by foldlog.settled_position. An
 * append reads an unlogged table, for which a standby has no special code. The function `get_relation_info` in the
 * error shows it.
 */
const isReadOnlyServer = (code: string, routine: string): boolean =>
  code === '25006' || code === 'FL004' || (code === '0A000' && routine === 'get_relation_info')

const preparedStatementHint =
  'a prepared statement is lost: behind a pooler, and where sessions run `discard all`, make the client with `prepare: false`'

const readOnlyHint =
  'this server is a standby, or the connection is read-only: appends, and reads of the log, go to the primary'

const hints: Readonly<Record<string, string>> = {
  '3F000': 'the schema does not exist: run the migrations',
  '42P01': 'a table is missing: run the migrations; `foldlog-postgres status` says what the schema lacks',
  '42883': 'a function is missing: run the migrations; `foldlog-postgres status` says what the schema lacks',
  '26000': preparedStatementHint,
  '42P05': preparedStatementHint,
  '42501': 'this role lacks a privilege: see docs/postgres.md for the grants',
  '2200H': 'the log is full: positions end at 2^53 - 1',
  CONNECTION_ENDED: 'the client was ended by its owner',
}

/**
 * The constraints that a sequence behind its rows violates, when foldlog.check_sequences has not rejected the append
 * before.
 */
const numberedKeys: ReadonlyArray<string> = ['events_pkey', 'streams_pkey', 'handlers_pkey', 'handler_generations_pkey']

const sequenceBehindHint =
  'a sequence is behind its rows: they were copied without it, or it was set back. The owner of the schema must call advance_sequences(), see docs/postgres.md'

/** The server's table of locks is full. Other shortages of memory have no such hint, in any language of the server. */
const isLockTableFull = (cause: unknown): boolean =>
  stringProperty(cause, 'code') === '53200' && stringProperty(cause, 'hint').includes('max_locks_per_transaction')

const lockTableHint =
  'the table of locks of the server is full: try again, split the append or the transaction into smaller ones with fewer tags, or raise max_locks_per_transaction'

const hintFor = (cause: unknown, code: string, constraint: string, readOnly: boolean): string | undefined => {
  if (readOnly) return readOnlyHint
  if (isLockTableFull(cause)) return lockTableHint
  if (code === '23505' && numberedKeys.includes(constraint)) return sequenceBehindHint
  return Object.hasOwn(hints, code) ? hints[code] : undefined
}

/**
 * The driver has lost the columns of a statement: when a session loses its prepared statements while several statements
 * are under way, it prepares one of them anew and reads the answers of the others as if it had. It then has no columns,
 * or more than the answer has, and reads behind its end.
 */
export const isDriverMistake = (cause: unknown): boolean =>
  (/Cannot read properties of undefined/.test(stringProperty(cause, 'message')) ||
    stringProperty(cause, 'code') === 'ERR_OUT_OF_RANGE') &&
  /[\\/]postgres[\\/](src|cjs|cf)[\\/]/.test(stringProperty(cause, 'stack'))

export const classifyError = (cause: unknown): StatementFailure => {
  const code = stringProperty(cause, 'code')
  const message = describeUnknown(cause)
  const constraint = stringProperty(cause, 'constraint_name')
  const readOnly = isReadOnlyServer(code, stringProperty(cause, 'routine'))
  const hint = hintFor(cause, code, constraint, readOnly)
  const error = (retryable: boolean): StoreUnavailable =>
    storeUnavailable(hint === undefined ? message : `${hint} (${message})`, retryable, cause)
  // Appends that do not fit into the table of locks together may fit one by one.
  if (isLockTableFull(cause)) return { _tag: 'Undone', error: error(true) }
  if (
    connectionLostCodes.test(code) ||
    serverUnavailableCodes.test(code) ||
    readOnly ||
    /Cannot read properties of null/.test(message) ||
    isDriverMistake(cause)
  ) {
    return { _tag: 'Lost', error: error(true) }
  }
  if (rolledBackCodes.test(code)) return { _tag: 'Undone', error: error(true) }
  if (code === '23505' && constraint === 'events_id_key') {
    return { _tag: 'DuplicateId', detail: stringProperty(cause, 'detail') }
  }
  return { _tag: 'Refused', error: error(false) }
}

/**
 * Whether the connection of a failed statement is lost, or must count as lost. A server that answers with `ERROR` still
 * serves the connection, whatever the code is: a full disk, too little memory, or a foreign server that cannot be
 * reached are errors of one statement. Only the transaction is aborted then, and must be rolled back like any other.
 * (`FATAL` and `PANIC` end the connection.)
 */
export const isConnectionLost = (cause: unknown): boolean =>
  classifyError(cause)._tag === 'Lost' && stringProperty(cause, 'severity') !== 'ERROR'

/** Maps the failure of a statement other than an append: the store was not available for it, whatever the cause. */
export const toStoreUnavailable = (cause: unknown): StoreUnavailable => {
  const failure = classifyError(cause)
  return failure._tag === 'DuplicateId' ? storeUnavailable(failure.detail, false, cause) : failure.error
}
