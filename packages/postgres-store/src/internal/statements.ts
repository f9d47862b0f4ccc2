import { inSchema } from './schemaName.ts'

/** Every statement the store sends. Each is one call of one function, its parameters are texts. */
export interface Statements {
  readonly append: string
  readonly readStream: string
  readonly readFromSnapshot: string
  readonly saveSnapshot: string
  readonly readLog: string
  readonly findEvents: string
  readonly streamInfo: string
  readonly deleteStream: string
}

export const statementsIn = (quotedSchema: string): Statements => {
  const call = (text: string) => inSchema(quotedSchema, `select * from foldlog.${text}`)
  return {
    append: call('append($1::text::jsonb)'),
    readStream: call('read_stream($1::text, $2::text::bigint, $3::text::int, $4::text::boolean)'),
    readFromSnapshot: call('read_from_snapshot($1::text, $2::text::int, $3::text::int)'),
    saveSnapshot: call('save_snapshot($1::text, $2::text::int, $3::text::bigint, $4::text::jsonb)'),
    readLog: call('read_log($1::text::bigint, $2::text::int, $3::text::jsonb)'),
    findEvents: call('find_events($1::text::jsonb)'),
    streamInfo: call('stream_info($1::text)'),
    deleteStream: call('delete_stream($1::text, $2::text::bigint)'),
  }
}
