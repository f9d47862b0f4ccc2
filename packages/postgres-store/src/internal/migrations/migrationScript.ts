import type { Migration } from '../../Migration.ts'
import type { SqlFunction } from '../../SqlFunction.ts'
import { inSchema } from '../schema/schemaName.ts'
import { triggersIn } from './schemaObjects.ts'

/** The parts of a script. */
export interface MigrationScriptParts {
  readonly migrations: ReadonlyArray<Migration>
  readonly functions: ReadonlyArray<SqlFunction>
  /** The version of foldlog that the script comes from. */
  readonly version: string
  /** Turns a schema that no release has made into one of the migrations. */
  readonly unreleased: string
  /** Migrations up to this number are left out, and must be there. */
  readonly from: number
}

/** The MD5 of the numbers and checksums of the 72 files from which unreleased versions of foldlog made a schema. */
const unreleasedDigest = 'ac10d7a03ee5c6467dfa9336d73eb7c8'

/**
 * Quotes a literal for Postgres. A literal with a backslash begins with `E`, so that the backslash means the same under
 * every setting of the server.
 */
const quoteLiteral = (text: string): string => {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/**
 * The SQL of a version as an array of numbers, which Postgres compares one by one. The part after a hyphen does not
 * count.
 */
const versionNumbers = (text: string): string => `string_to_array(split_part(${text}, '-', 1), '.')::int[]`

const recordMigration = (quoted: string, { number, name, checksum }: Migration): string =>
  `insert into ${quoted}.migrations (number, name, checksum) values (${number}, ${quoteLiteral(name)}, ${quoteLiteral(checksum)});`

const migrationStep = (quoted: string, migration: Migration): string => `
  -- ${String(migration.number).padStart(4, '0')} ${migration.name}
  select checksum into known from ${quoted}.migrations where number = ${migration.number};
  if known is null then
    execute $sql$
${inSchema(quoted, migration.text)}$sql$;
    ${recordMigration(quoted, migration)}
  elsif known <> ${quoteLiteral(migration.checksum)} then
    raise exception using errcode = 'FL010', message = 'migration ${migration.number} (${migration.name}) was applied in another form than this version has it';
  end if;
`

/** Whether the function, or a trigger of its file, was dropped. If so, the script creates it again. */
const isDropped = (quoted: string, { name, text }: SqlFunction): string =>
  [
    `to_regproc(${quoteLiteral(`${quoted}.${name}`)}) is null`,
    ...triggersIn(text).map(
      (trigger) =>
        `not exists (select from pg_trigger where tgrelid = to_regclass(${quoteLiteral(`${quoted}.${trigger.table}`)}) and tgname = '${trigger.name}')`,
    ),
  ].join(' or ')

const functionStep = (quoted: string, version: string, sqlFunction: SqlFunction): string => {
  const { name, text, checksum } = sqlFunction
  return `
  -- ${name}
  if not exists (select from ${quoted}.functions where name = ${quoteLiteral(name)} and checksum = ${quoteLiteral(checksum)})
    or ${isDropped(quoted, sqlFunction)} then
    execute $sql$
${inSchema(quoted, text)}$sql$;
    insert into ${quoted}.functions (name, checksum, version) values (${quoteLiteral(name)}, ${quoteLiteral(checksum)}, ${quoteLiteral(version)})
    on conflict (name) do update set checksum = excluded.checksum, version = excluded.version, applied_at = excluded.applied_at;
    changed := true;
  end if;
`
}

/** Upgrades a schema, with its data, that an unreleased version made. Fails for a schema that it does not know. */
const unreleasedStep = (quoted: string, { migrations, unreleased }: MigrationScriptParts): string => `
  if exists (select from ${quoted}.migrations where number = 1 and name = 'streams') then
    if (select md5(string_agg(number || ' ' || checksum, ',' order by number)) from ${quoted}.migrations) <> '${unreleasedDigest}' then
      raise exception using
        errcode = 'FL010',
        message = 'the schema was made by an unreleased version of foldlog, in another form than the last of these had';
    end if;
    execute $sql$
${inSchema(quoted, unreleased)}$sql$;
    delete from ${quoted}.migrations;
    ${migrations.map((migration) => recordMigration(quoted, migration)).join('\n    ')}
  end if;
`

/** Fails in a schema in which the migration is missing after which this script begins. */
const fromStep = (quoted: string, { number, name, checksum }: Migration): string => `
  if not exists (select from ${quoted}.migrations where number = ${number} and checksum = ${quoteLiteral(checksum)}) then
    raise exception using errcode = 'FL010', message = 'this script is for a schema that has migration ${number} (${name}), in the form that this version has';
  end if;
`

const firstStep = (quoted: string, parts: MigrationScriptParts): string => {
  const before = parts.migrations.find(({ number }) => number === parts.from)
  return before === undefined ? unreleasedStep(quoted, parts) : fromStep(quoted, before)
}

/**
 * Returns the script that applies what a schema is missing. It is one statement, and so one transaction in any tool: a
 * `begin` and `commit` of its own would end the transaction of a tool that has one. It looks before it creates, because
 * `if not exists` checks privileges even when there is nothing to do, and raises a notice.
 *
 * A function has no number that could show a newer version, so each row of `functions` has the version that wrote it.
 * An older version fails where it would replace what a newer one wrote. Functions with the same text are no conflict.
 */
export const migrationScript = (
  quoted: string,
  parts: MigrationScriptParts,
): string => `-- The schema of a foldlog event store. Applying it again changes nothing.
do $migration$
declare
  known text;
  changed boolean := false;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using
      errcode = 'FL001',
      message = 'the transaction isolation is ' || current_setting('transaction_isolation') || ', foldlog needs read committed',
      hint = 'Set default_transaction_isolation to ''read committed'' for this role or connection.';
  end if;
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception using
      errcode = 'FL012',
      message = 'the encoding of the database is ' || current_setting('server_encoding') || ', foldlog needs UTF8';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('foldlog migrations', 0));

  if to_regnamespace(${quoteLiteral(quoted)}) is null then
    create schema ${quoted};
  end if;
  if to_regclass(${quoteLiteral(`${quoted}.migrations`)}) is null then
    create table ${quoted}.migrations (
      number     integer primary key,
      name       text not null,
      checksum   text not null,
      applied_at timestamptz not null default now()
    );
  end if;
  if to_regclass(${quoteLiteral(`${quoted}.functions`)}) is null then
    create table ${quoted}.functions (
      name       text primary key,
      checksum   text not null,
      version    text not null,
      applied_at timestamptz not null default now()
    );
  end if;
${firstStep(quoted, parts)}
  if exists (select from ${quoted}.migrations where number > ${parts.migrations.at(-1)?.number ?? 0}) or exists (
    select from ${quoted}.functions f
    where ${versionNumbers('f.version')} > ${versionNumbers(quoteLiteral(parts.version))}
      and (f.name, f.checksum) not in (
        ${parts.functions.map(({ name, checksum }) => `(${quoteLiteral(name)}, ${quoteLiteral(checksum)})`).join(',\n        ')}
      )
  ) then
    raise exception using errcode = 'FL011', message = 'the schema was made by a newer version of foldlog than this one';
  end if;
${parts.migrations
  .filter(({ number }) => number > parts.from)
  .map((migration) => migrationStep(quoted, migration))
  .join('')}${parts.functions.map((sqlFunction) => functionStep(quoted, parts.version, sqlFunction)).join('')}
  -- The first history. A role that only looks whether there is something to do may not read this table.
  if changed then
    if not exists (select from ${quoted}.log_state) then perform ${quoted}.begin_history(); end if;
  end if;

  -- Refuses rows that were copied into the schema without their sequences.
  perform ${quoted}.check_sequences();
end
$migration$;
`
