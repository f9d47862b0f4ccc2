import type { MigrationStatus } from '../../MigrationStatus.ts'
import { sqlFunctions } from '../../SqlFunction.ts'
import type { StatementRunner } from '../client/StatementRunner.ts'
import { withToken } from '../schema/Statements.ts'

/** A trigger that the file of a function makes. */
export interface SchemaTrigger {
  readonly name: string
  readonly table: string
}

/** The triggers in the file of a function. */
export const triggersIn = (text: string): ReadonlyArray<SchemaTrigger> =>
  [...text.matchAll(/^create or replace trigger (\w+) [^;]*? on foldlog\.(\w+)\b/gm)].map(
    ([, name = '', table = '']) => ({ name, table }),
  )

const named = (kind: string, names: string): ReadonlyArray<string> => names.split(' ').map((name) => `${kind} ${name}`)

/**
 * What the migrations create, with the indexes and sequences of constraints. A test compares the list with a schema.
 */
export const migratedObjects: ReadonlyArray<string> = [
  ...named(
    'table',
    'event_tags events functions handler_documents handler_generations handler_members handler_partitions handlers inline_projections log_histories log_state migrations recovery_mark snapshots streams taggings',
  ),
  ...named('sequence', 'handler_generations_id_seq handlers_id_seq positions streams_id_seq'),
  ...named('view', 'checked_log_state'),
  ...named(
    'index',
    'event_tags_pkey events_category_position events_id_key events_pkey events_stream_version_key functions_pkey handler_documents_due handler_documents_parked handler_documents_partition handler_documents_pkey handler_generations_handler_number_key handler_generations_pkey handler_generations_retired handler_members_pkey handler_partitions_pkey handlers_name_key handlers_pkey inline_projections_pkey log_histories_id_key log_histories_pkey log_state_single migrations_pkey snapshots_pkey streams_name_key streams_pkey taggings_pkey',
  ),
]

const objectsOf = ({ name, text }: { readonly name: string; readonly text: string }): ReadonlyArray<string> => [
  `function ${name}`,
  ...triggersIn(text).map((trigger) => `trigger ${trigger.name} on ${trigger.table}`),
]

/** The objects of a schema, without invalid indexes and disabled triggers. Every role can read the catalogs. */
const existing = (quotedSchema: string): string => {
  const here = `to_regnamespace('${quotedSchema.replaceAll("'", "''")}')`
  return withToken(
    `unnest(array[''] || array(
      select case relkind when 'S' then 'sequence' when 'v' then 'view' when 'i' then 'index' else 'table' end || ' ' || relname
      from pg_class where relnamespace = ${here} and relkind in ('r', 'p', 'S', 'v', 'i')
        and not exists (select from pg_index where indexrelid = pg_class.oid and not indisvalid)
      union all
      select 'function ' || proname from pg_proc where pronamespace = ${here}
      union all
      select 'trigger ' || tgname || ' on ' || relname from pg_trigger join pg_class c on c.oid = tgrelid
      where relnamespace = ${here} and tgenabled in ('O', 'A')
    ))`,
    0,
  )
}

/**
 * Returns what was applied to a schema and is gone. A table, an index or a trigger can be dropped, and a trigger can be
 * disabled, without a trace in the tables of migrations.
 */
export const readDropped = async (
  run: StatementRunner,
  quotedSchema: string,
  { migrations, functions }: Pick<MigrationStatus, 'migrations' | 'functions'>,
): Promise<ReadonlyArray<string>> => {
  const applied = new Set(functions.flatMap(({ name, state }) => (state === 'applied' ? [name] : [])))
  const expected = [
    ...(migrations.every(({ state }) => state === 'applied') ? migratedObjects : []),
    ...sqlFunctions.filter(({ name }) => applied.has(name)).flatMap(objectsOf),
  ]
  if (expected.length === 0) return []
  const found = new Set(await run(existing(quotedSchema), []))
  return expected.filter((object) => !found.has(object))
}

/** Says what was dropped, and what to do about it. */
export const describeDropped = (dropped: ReadonlyArray<string>): string => {
  const isMadeAnew = (object: string) => /^(function|trigger) /.test(object)
  const [anew, other] = [dropped.filter(isMadeAnew), dropped.filter((object) => !isMadeAnew(object))]
  return [
    ...(other.length === 0
      ? []
      : [
          `the schema lacks the ${other.join(', the ')}, which no migration creates again: ` +
            'the owner creates indexes, views and sequences as `foldlog-postgres print` shows them, and restores tables from a backup',
        ]),
    ...(anew.length === 0
      ? []
      : [
          `the schema lacks the ${anew.join(', the ')}, or it is disabled: the owner runs \`foldlog-postgres migrate\``,
        ]),
  ].join('; ')
}
