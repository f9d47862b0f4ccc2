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

type Replacements = ReadonlyArray<readonly [string, string]>

const definition = async (sql: postgres.Sql, schema: string, name: string): Promise<string> => {
  const [row] = await sql`select pg_get_functiondef(${`${schema}.${name}`}::regprocedure) as source`
  return String(row?.['source'])
}

/**
 * Replaces a part of a function of the store. Throws when the function has no such part, because nothing would be
 * planted.
 */
const replaces =
  (name: string, partsOf: Replacements | ((schema: string) => Replacements)) =>
  async (sql: postgres.Sql, schema: string) => {
    const parts = typeof partsOf === 'function' ? partsOf(`"${schema}"`) : partsOf
    let source = await definition(sql, schema, name)
    for (const [part, other] of parts) {
      if (!source.includes(part)) throw new Error(`${name} has no ${part}`)
      source = source.replaceAll(part, other)
    }
    await sql.unsafe(source)
  }

const append = 'append(jsonb, jsonb, jsonb)'

/** The functions that store decisions. Only `append` refuses one: the others call it. */
const storing = [
  append,
  `append_tagged(
    text[], text[], bigint[], int[], uuid, uuid[], text[], smallint[], jsonb[], text[], text[], jsonb[],
    text[], int[], text[], int[], bigint[], uuid, uuid, text
  )`,
  `append_tagged_event(
    text, text, bigint, uuid, uuid, text, smallint, jsonb, text, text, jsonb,
    text[], text[], bigint[], uuid, uuid, text
  )`,
]

/** The statement that locks keys, in one of them. */
const keyLocks = /if keys <> '\{\}' then perform \S+\.lock_keys\(.+\); end if;|select every\(k\.is_valid\)[^;]+\) k;/

/** Moves that statement behind the look at the conditions, to where the time is taken. */
const locksKeysLate = async (sql: postgres.Sql, schema: string) => {
  const next = `now_ms := date_trunc('milliseconds', clock_timestamp());`
  for (const name of storing) {
    const locks = keyLocks.exec(await definition(sql, schema, name))?.[0]
    if (locks === undefined) throw new Error(`${name} locks no keys`)
    const parts: Replacements = [
      [locks, ''],
      [next, `${locks} ${next}`],
    ]
    await replaces(name, parts)(sql, schema)
  }
}

/**
 * Faults of the store that torture must detect: they are planted into the functions and tables of a round, and each has
 * a test. `commits`: nothing fences a commit. `conditions`: they are forgotten; `keys`: a condition is checked before
 * its keys are locked; `horizon`: a marker trusts the highest position that was seen; `refusals`: events that the
 * marker has seen refuse an append; `checks`: streams that are only checked are left out.
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
  conditions: replaces(append, [[`if conditions -> (nth - 1) <> 'null' then`, 'if false then']]),
  keys: locksKeysLate,
  horizon: replaces('read_matching(jsonb, bigint, bigint[], uuid, uuid, int, boolean)', (schema) => [
    [
      `horizon := ${schema}.settled_position();`,
      `select coalesce(max(position), 0) into horizon from ${schema}.events;`,
    ],
  ]),
  refusals: replaces('boundary_verdict(jsonb, uuid)', [
    [`array(select jsonb_array_elements_text(coalesce(nullif(c.value -> 2, 'null'), '[]'))::bigint)`, `'{}'::bigint[]`],
  ]),
  checks: replaces(append, [
    [
      'if conflicts is null or jsonb_array_length(conflicts) <= 100 then',
      'if not is_check and (conflicts is null or jsonb_array_length(conflicts) <= 100) then',
    ],
  ]),
} as const

/**
 * One of {@link plants}.
 *
 * @category model
 * @since 0.1.0
 */
export type PlantName = keyof typeof plants
