import type postgres from 'postgres'

/** Lets every fiftieth event be stored with another value of a column. */
const alters = (column: string, value: string) => async (sql: postgres.Sql, schema: string) => {
  await sql.unsafe(`
    create function "${schema}".torture_plant() returns trigger language plpgsql as $$
    begin
      if new.position % 50 = 0 then new.${column} := ${value}; end if;
      return new;
    end $$;
    create trigger torture_plant before insert on "${schema}".events
    for each row execute function "${schema}".torture_plant();`)
}

/**
 * Replaces a part of a function of the store. Throws when the function has no such part, because nothing would be
 * planted.
 */
const replaces =
  (name: string, parts: ReadonlyArray<readonly [string, string]>) => async (sql: postgres.Sql, schema: string) => {
    const [row] = await sql`select pg_get_functiondef(${`${schema}.${name}`}::regprocedure) as source`
    let source = String(row?.['source'])
    for (const [part, other] of parts) {
      if (!source.includes(part)) throw new Error(`${name} has no ${part}`)
      source = source.replaceAll(part, other)
    }
    await sql.unsafe(source)
  }

/**
 * Faults of the store that torture must detect: they are planted into the functions and tables of a round, and each has
 * a test. `commits`: nothing fences a commit.
 *
 * @category constants
 * @since 0.1.0
 */
export const plants = {
  data: alters('data', `new.data || '{"added": true}'`),
  type: alters('type', `case new.type when 'Even' then 'Odd' when 'Odd' then 'Even' else new.type end`),
  metadata: alters('metadata', `coalesce(new.metadata, '{}') || '{"added": true}'`),
  correlation: alters('correlation_id', `'another'`),
  causation: alters('causation_id', `'another'`),
  'schema-version': alters('schema_version', 'new.schema_version + 6'),
  'recorded-at': alters('recorded_at', `new.recorded_at + interval '3 days'`),
  commits: replaces('commit_handlers(jsonb)', [
    [`when p.epoch is distinct from (c.value ->> 3)::bigint then 'fenced'`, `when p.epoch is null then 'fenced'`],
    [`when p.revision = (c.value ->> 4)::bigint then 'new'`, `when p.revision is not null then 'new'`],
  ]),
} as const

/**
 * One of {@link plants}.
 *
 * @category model
 * @since 0.1.0
 */
export type PlantName = keyof typeof plants
