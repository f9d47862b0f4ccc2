import { withToken } from './Statements.ts'
import { inSchema } from './schemaName.ts'

/** The statements for handlers and for the tail of the log. Each calls one function, as in `Statements.ts`. */
export interface HandlerStatements {
  readonly register: string
  readonly promote: string
  readonly rollBack: string
  readonly retire: string
  readonly remove: string
  readonly rename: string
  readonly reset: string
  readonly purgeRetiredDocuments: string
  readonly heartbeat: string
  readonly release: string
  readonly commit: string
  readonly getDocuments: string
  readonly listDocuments: string
  readonly queryDocuments: string
  readonly countDocuments: string
  readonly declareIndexes: string
  readonly indexChanges: string
  readonly findParked: string
  readonly dueDocuments: string
  readonly requestAction: string
  readonly resetCheckpoints: string
  readonly checkpoints: string
  readonly status: string
  readonly generations: string
  readonly inlineProjections: string
  readonly pauseAppends: string
  readonly openInline: string
  readonly endInline: string
  readonly settledPosition: string
  readonly verifyPosition: string
  readonly notify: string
}

/**
 * Sends a notification without waiting for the disk. A NOTIFY makes its transaction a writing one, whose commit would
 * wait for the disk and delay the commits of appends: a single append took half as long again during a notification. A
 * notification that a crash loses is not missed: its receivers have lost their connections too.
 */
const notify =
  "select pg_notify($1::text, $2::text), $3::text || ' ' || pg_backend_pid() from set_config('synchronous_commit', 'off', true)"

export const handlerStatementsIn = (quotedSchema: string): HandlerStatements => {
  const inPlace = (text: string, parameters: number) => withToken(inSchema(quotedSchema, text), parameters)
  const call = (text: string, parameters: number) => inPlace(`foldlog.${text}`, parameters)
  return {
    register: call(
      "register_handler($1::text, $2::text::int, $3::text::int, $4::text::bigint, nullif($5::text, '')::jsonb, nullif($6::text, '')::jsonb)",
      6,
    ),
    promote: call('promote_handler($1::text, $2::text::int)', 2),
    rollBack: call('roll_back_handler($1::text, $2::text::int)', 2),
    retire: call('retire_handler($1::text, $2::text::int)', 2),
    remove: call('remove_handler($1::text)', 1),
    rename: call('rename_handler($1::text, $2::text)', 2),
    reset: call(
      "reset_handler($1::text, $2::text::int, $3::text::int, $4::text::bigint, nullif($5::text, '')::jsonb)",
      5,
    ),
    purgeRetiredDocuments: call('purge_retired_documents($1::text::int)', 1),
    heartbeat: call('heartbeat($1::text::jsonb)', 1),
    release: call('release_leases($1::text::jsonb)', 1),
    commit: call('commit_handlers($1::text::jsonb)', 1),
    getDocuments: call("get_documents($1::text, nullif($2::text, '')::int, $3::text, $4::text::jsonb)", 4),
    listDocuments: call(
      "list_documents($1::text, nullif($2::text, '')::int, $3::text, nullif($4::text, '')::jsonb, nullif($5::text, '')::jsonb, $6::text, $7::text, $8::text, $9::text::int)",
      9,
    ),
    queryDocuments: call(
      "query_documents($1::text, nullif($2::text, '')::int, $3::text, $4::text::jsonb, $5::text::jsonb, $6::text::int)",
      6,
    ),
    countDocuments: call("count_documents($1::text, nullif($2::text, '')::int, $3::text, $4::text::jsonb)", 4),
    declareIndexes: call('declare_view_indexes($1::text, $2::text::jsonb)', 2),
    indexChanges: inPlace("unnest(array[''] || array(select statement from foldlog.view_index_changes()))", 0),
    findParked: call('find_parked($1::text, $2::text::jsonb)', 2),
    dueDocuments: call('due_documents($1::text, $2::text::int, $3::text::jsonb, $4::text::int)', 4),
    requestAction: call('request_document_action($1::text, $2::text::int, $3::text, $4::text, $5::text)', 5),
    resetCheckpoints: call('reset_checkpoints($1::text, $2::text::bigint, $3::text::jsonb)', 3),
    checkpoints: call('handler_checkpoints($1::text::jsonb)', 1),
    status: call('handler_status()', 0),
    generations: call('handler_generations()', 0),
    inlineProjections: call('list_inline_projections()', 0),
    pauseAppends: call('pause_appends($1::text, $2::text::jsonb, $3::text::int)', 3),
    openInline: call('open_inline_projection($1::text, $2::text::int, $3::text::jsonb)', 3),
    endInline: call('end_inline_projection($1::text)', 1),
    settledPosition: call('settled_position()', 0),
    verifyPosition: call('verify_position($1::text::bigint, $2::text::uuid, $3::text::uuid)', 3),
    notify,
  }
}
