import { withToken } from '../schema/Statements.ts'
import { inSchema } from '../schema/schemaName.ts'

/** The statements of the inspection of a store. Each calls one function, as in `Statements.ts`. */
export interface InspectionStatements {
  readonly searchLog: string
  readonly listStreams: string
  readonly countEvents: string
  readonly listTimers: string
}

export const inspectionStatementsIn = (quotedSchema: string): InspectionStatements => {
  const call = (text: string, parameters: number) => withToken(inSchema(quotedSchema, `foldlog.${text}`), parameters)
  return {
    searchLog: call('search_log($1::text::bigint, $2::text::int, $3::text::jsonb)', 3),
    // A row that is always there has the token.
    listStreams: withToken(
      `unnest(array[''] || array(select * from ${inSchema(quotedSchema, 'foldlog.list_streams($1::text, $2::text, $3::text::int)')}))`,
      3,
    ),
    countEvents: call('count_events()', 0),
    listTimers: call("list_timers($1::text, nullif($2::text, '')::int, $3::text::bigint, $4::text, $5::text::int)", 5),
  }
}
