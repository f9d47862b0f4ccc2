import type { Migration } from '../../Migration.ts'
import { inSchema } from '../schema/schemaName.ts'

/** As Postgres quotes a literal: with an `E` when there is a backslash, which then means the same under every setting of the server. */
const quoteLiteral = (text: string): string => {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

const migrationStep = (quoted: string, { number, name, text, checksum }: Migration): string => `
  -- ${String(number).padStart(4, '0')} ${name}
  select checksum into known from ${quoted}.migrations where number = ${number};
  if known is null then
    execute $sql$
${inSchema(quoted, text)}$sql$;
    insert into ${quoted}.migrations (number, name, checksum) values (${number}, ${quoteLiteral(name)}, ${quoteLiteral(checksum)});
  elsif known <> ${quoteLiteral(checksum)} then
    raise exception using errcode = 'FL010', message = 'migration ${number} (${name}) was applied in another form than this version has it';
  end if;
`

/**
 * Applies what is missing. One statement, and so one transaction, whatever tool sends it: `begin` and `commit` of our own would end the transaction of a tool that has one.
 * Nothing is created before it is missed, because `if not exists` asks for privileges even when there is nothing to do, and tells of it by a notice.
 */
export const migrationScript = (
  quoted: string,
  migrations: ReadonlyArray<Migration>,
): string => `-- The schema of a foldlog event store. Applying it again changes nothing.
do $migration$
declare
  known text;
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
  if exists (select from ${quoted}.migrations where number > ${migrations.at(-1)?.number ?? 0}) then
    raise exception using errcode = 'FL011', message = 'the schema was made by a newer version of foldlog than this one';
  end if;
${migrations.map((migration) => migrationStep(quoted, migration)).join('')}
  -- Refuses rows that were copied into the schema without their sequences.
  perform ${quoted}.check_sequences();
end
$migration$;
`
