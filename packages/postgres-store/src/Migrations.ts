import { createHash } from 'node:crypto'
import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E, function as F, type taskEither as TE } from 'fp-ts'
import { failureOf } from './internal/failure.ts'
import { runOn } from './internal/run.ts'
import { inSchema, quoteSchema } from './internal/schemaName.ts'
import { sqlFiles } from './internal/sqlFiles.generated.ts'
import { withToken } from './internal/statements.ts'
import type { SqlClient } from './SqlClient.ts'

/**
 * One numbered change of the schema: plain SQL in which `foldlog.` stands for the schema. `checksum` is the MD5 of that text.
 *
 * @category model
 * @since 0.1.0
 */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly text: string
  readonly checksum: string
}

/**
 * What a database has of the migrations: `applied` when it has this one, as it stands here.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationStatus {
  readonly number: number
  readonly name: string
  readonly applied: boolean
}

/**
 * Where migrations are applied. The schema is `foldlog` when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationOptions {
  readonly sql: SqlClient
  readonly schema?: string
}

/**
 * All migrations, in order.
 *
 * @category model
 * @since 0.1.0
 */
export const migrations: ReadonlyArray<Migration> = sqlFiles.map((file) => ({
  ...file,
  checksum: createHash('md5').update(file.text).digest('hex'),
}))

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const step = (quoted: string, { number, name, text, checksum }: Migration): string => `
-- ${String(number).padStart(4, '0')} ${name}
do $migration$
declare
  known text := (select checksum from ${quoted}.migrations where number = ${number});
begin
  if known is null then
    execute $sql$
${inSchema(quoted, text)}$sql$;
    insert into ${quoted}.migrations (number, name, checksum) values (${number}, ${literal(name)}, ${literal(checksum)});
  elsif known <> ${literal(checksum)} then
    raise exception using errcode = 'FL010', message = 'migration ${number} (${name}) was applied in another form than this version has it';
  end if;
end
$migration$;
`

const script = (quoted: string): string => `-- The schema of a foldlog event store. Applying it again changes nothing.
-- Sent as one query it is one transaction; psql needs --single-transaction for that.
select pg_advisory_xact_lock(hashtextextended('foldlog migrations', 0));

do $migration$
begin
  if to_regnamespace(${literal(quoted)}) is null then
    create schema ${quoted};
  end if;
end
$migration$;

create table if not exists ${quoted}.migrations (
  number     integer primary key,
  name       text not null,
  checksum   text not null,
  applied_at timestamptz not null default now()
);

do $migration$
begin
  if exists (select from ${quoted}.migrations where number > ${migrations.length}) then
    raise exception using errcode = 'FL011', message = 'the schema was made by a newer version of foldlog than this one';
  end if;
end
$migration$;
${migrations.map((migration) => step(quoted, migration)).join('')}`

/**
 * The whole schema as one SQL script, for those who apply it themselves. Needs no database.
 *
 * @category destructors
 * @since 0.1.0
 */
export const printMigrations = (schema = 'foldlog'): E.Either<InvalidInput, string> =>
  F.pipe(quoteSchema(schema), E.map(script))

/**
 * Brings the schema up to date, in one transaction. Any number of processes may do so at once: one does the work, the others wait and find it
 * done. Other schemas are not touched.
 *
 * @category constructors
 * @since 0.1.0
 */
export const migrate =
  ({ sql, schema = 'foldlog' }: MigrationOptions): TE.TaskEither<InvalidInput | StoreUnavailable, void> =>
  async () => {
    const text = printMigrations(schema)
    if (E.isLeft(text)) return text
    try {
      await sql.unsafe(text.right).simple()
      return E.right(undefined)
    } catch (cause) {
      return E.left(unavailable(cause))
    }
  }

/**
 * Which migrations a database has. A database without the schema has none.
 *
 * @category destructors
 * @since 0.1.0
 */
export const migrationStatus =
  ({
    sql,
    schema = 'foldlog',
  }: MigrationOptions): TE.TaskEither<InvalidInput | StoreUnavailable, ReadonlyArray<MigrationStatus>> =>
  async () => {
    const quoted = quoteSchema(schema)
    if (E.isLeft(quoted)) return quoted
    try {
      const run = runOn(sql, 30_000)
      const [exists] = await run(withToken("unnest(array[coalesce(to_regclass($1::text)::text, '')])", 1), [
        `${quoted.right}.migrations`,
      ])
      const rows =
        exists === ''
          ? []
          : await run(
              withToken(
                `unnest(array[''] || array(select number || ' ' || checksum from ${quoted.right}.migrations))`,
                0,
              ),
              [],
            )
      return E.right(
        migrations.map(({ number, name, checksum }) => ({
          number,
          name,
          applied: rows.includes(`${number} ${checksum}`),
        })),
      )
    } catch (cause) {
      return E.left(unavailable(cause))
    }
  }

const unavailable = (cause: unknown): StoreUnavailable => {
  const failure = failureOf(cause)
  return failure._tag === 'DuplicateId'
    ? { _tag: 'StoreUnavailable', why: failure.detail, retryable: true, cause }
    : failure.error
}
