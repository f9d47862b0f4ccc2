import { eventColumns } from './eventColumns.ts'
import { inSchema } from './schemaName.ts'

/**
 * Every statement that the store sends. Each calls one function. Its parameters are texts or null; the last one is its
 * token, see `makeStatementRunner`.
 */
export interface Statements {
  readonly append: string
  readonly appendEvent: string
  readonly appendSingle: string
  readonly appendBatch: string
  readonly appendTagged: string
  readonly appendTaggedEvent: string
  readonly appendWithViews: string
  readonly appendWithConditions: string
  readonly readStream: string
  readonly readStreams: string
  readonly readFromSnapshot: string
  readonly readMatching: string
  readonly saveSnapshot: string
  readonly readLog: string
  readonly findEvents: string
  readonly findLargeEvents: string
  readonly streamInfo: string
  readonly openAppends: string
  readonly deleteStream: string
}

/**
 * Calls a function that returns at least one text. Beside the first text are the identity of the statement (its token)
 * and the process id of the backend that answers. Not as a row before the others: the function may fail after it, and
 * the client counts the rows of a failed answer to the next one.
 */
export const withToken = (call: string, parameters: number): string =>
  `select row, case place when 1 then $${parameters + 1}::text || ' ' || pg_backend_pid() end from ${call} with ordinality as answer (row, place)`

/**
 * The same for a function that returns one text, or null: a table of one row would cost the server a large part of a
 * small append.
 */
const scalarWithToken = (call: string, parameters: number): string =>
  `select ${call}, $${parameters + 1}::text || ' ' || pg_backend_pid()`

/**
 * The same for a function that returns the columns of events: a header, then these columns, then the token. It is
 * last, so that a row that the driver reads with too few columns has none.
 */
const columnsWithToken = (call: string, parameters: number, columns: ReadonlyArray<string>): string =>
  `select header, ${columns.join(', ')}, $${parameters + 1}::text || ' ' || pg_backend_pid() from ${call}`

/** The parameters of events, from this number on: `''` for one event, `'[]'` for columns; see appendColumns.ts. */
const eventParameters = (first: number, array: '' | '[]'): string =>
  ['uuid', 'text', 'smallint', 'jsonb', 'text', 'text', 'jsonb']
    .map((type, i) => `$${first + i}::text::${type}${array}`)
    .join(', ')

export const statementsIn = (quotedSchema: string): Statements => {
  const call = (text: string, parameters: number) => withToken(inSchema(quotedSchema, `foldlog.${text}`), parameters)
  const scalar = (text: string, parameters: number) =>
    scalarWithToken(inSchema(quotedSchema, `foldlog.${text}`), parameters)
  const columns = (text: string, parameters: number, ...others: ReadonlyArray<string>) =>
    columnsWithToken(inSchema(quotedSchema, `foldlog.${text}`), parameters, [...eventColumns, ...others])
  return {
    append: scalar('append($1::text::jsonb)', 1),
    appendEvent: scalar(
      `append_event($1::text, $2::text, $3::text::bigint, $4::text::uuid, ${eventParameters(5, '')})`,
      11,
    ),
    appendSingle: scalar(
      `append_single($1::text, $2::text, $3::text::bigint, $4::text::uuid, ${eventParameters(5, '[]')})`,
      11,
    ),
    appendBatch: scalar(
      `append_batch($1::text::text[], $2::text::text[], $3::text::bigint[], $4::text::int[], $5::text::uuid, ${eventParameters(6, '[]')})`,
      12,
    ),
    appendTagged: scalar(
      `append_tagged($1::text::text[], $2::text::text[], $3::text::bigint[], $4::text::int[], $5::text::uuid, ${eventParameters(6, '[]')}, $13::text::text[], $14::text::int[], $15::text::text[], $16::text::int[], $17::text::bigint[], $18::text::uuid, $19::text::uuid, $20::text)`,
      20,
    ),
    appendTaggedEvent: scalar(
      `append_tagged_event($1::text, $2::text, $3::text::bigint, $4::text::uuid, ${eventParameters(5, '')}, $12::text::text[], $13::text::text[], $14::text::bigint[], $15::text::uuid, $16::text::uuid, $17::text)`,
      17,
    ),
    appendWithViews: scalar('append($1::text::jsonb, $2::text::jsonb)', 2),
    appendWithConditions: scalar('append($1::text::jsonb, $2::text::jsonb, $3::text::jsonb)', 3),
    readStream: columns('read_stream($1::text, $2::text::bigint, $3::text::int, $4::text::boolean)', 4),
    readStreams: columns('read_streams($1::text::text[], $2::text::bigint[], $3::text::int[])', 3, 'page'),
    readFromSnapshot: columns('read_from_snapshot($1::text, $2::text::int, $3::text::int)', 3),
    readMatching: call(
      'read_matching($1::text::jsonb, $2::text::bigint, $3::text::bigint[], $4::text::uuid, $5::text::uuid, $6::text::int, $7::text::boolean)',
      7,
    ),
    saveSnapshot: call('save_snapshot($1::text, $2::text::int, $3::text::bigint, $4::text::jsonb, $5::text::uuid)', 5),
    readLog: columns('read_log($1::text::bigint, $2::text::int, $3::text::jsonb, $4::text::uuid)', 4, 'names'),
    findEvents: call('find_events($1::text::jsonb)', 1),
    findLargeEvents: call('find_large_events($1::text::jsonb)', 1),
    streamInfo: scalar('stream_info($1::text)', 1),
    openAppends: scalar('open_appends()', 0),
    deleteStream: scalar('delete_stream($1::text, $2::text::bigint)', 2),
  }
}
