import { type Migration, migrations } from '../../Migration.ts'
import type { FunctionState, MigrationState, MigrationStatus } from '../../MigrationStatus.ts'
import { type SqlFunction, sqlFunctions } from '../../SqlFunction.ts'
import type { StatementRunner } from '../client/StatementRunner.ts'
import { withToken } from '../schema/Statements.ts'
import { sqlVersion } from '../schema/sqlFiles.generated.ts'
import { isLaterVersion } from './isLaterVersion.ts'
import { readDropped } from './schemaObjects.ts'

interface AppliedMigration {
  readonly number: number
  readonly checksum: string
  readonly name: string
}

interface AppliedFunction {
  readonly name: string
  readonly checksum: string
  readonly version: string
}

const parseAppliedMigration = (row: string): AppliedMigration => {
  const [number, checksum = '', ...name] = row.split(' ')
  return { number: Number(number), checksum, name: name.join(' ') }
}

const parseAppliedFunction = (row: string): AppliedFunction => {
  const [version = '', name = '', ...checksum] = row.split(' ')
  return { name, checksum: checksum.join(' '), version }
}

const migrationStates = (applied: ReadonlyArray<AppliedMigration>): ReadonlyArray<MigrationState> => {
  const checksums = new Map(applied.map(({ number, checksum }) => [number, checksum]))
  const stateOf = ({ number, checksum }: Migration): MigrationState['state'] => {
    const found = checksums.get(number)
    return found === undefined ? 'missing' : found === checksum ? 'applied' : 'changed'
  }
  const unknown = applied.filter(({ number }) => number > (migrations.at(-1)?.number ?? 0))
  return [
    ...migrations.map((migration) => ({ number: migration.number, name: migration.name, state: stateOf(migration) })),
    ...unknown.map(({ number, name }) => ({ number, name, state: 'unknown' as const })),
  ]
}

const functionStates = (applied: ReadonlyArray<AppliedFunction>): ReadonlyArray<FunctionState> => {
  const byName = new Map(applied.map((one) => [one.name, one]))
  const stateOf = ({ name, checksum }: SqlFunction): FunctionState['state'] => {
    const found = byName.get(name)
    if (found === undefined) return 'missing'
    if (found.checksum === checksum) return 'applied'
    return isLaterVersion(found.version, sqlVersion) ? 'unknown' : 'changed'
  }
  const known = new Set(sqlFunctions.map(({ name }) => name))
  const unknown = applied.filter(({ name, version }) => !known.has(name) && isLaterVersion(version, sqlVersion))
  return [
    ...sqlFunctions.map((sqlFunction) => ({ name: sqlFunction.name, state: stateOf(sqlFunction) })),
    ...unknown.map(({ name }) => ({ name, state: 'unknown' as const })),
  ]
}

/** The 72 files of unreleased versions began with the table of streams. The next `migrate` upgrades such a schema. */
const isUnreleased = (applied: ReadonlyArray<AppliedMigration>): boolean =>
  applied.some(({ number, name }) => number === 1 && name === 'streams')

/** Reads the state of a schema. Throws the errors of the statements, and fails when sequences are behind their rows. */
export const readMigrationStatus = async (run: StatementRunner, quotedSchema: string): Promise<MigrationStatus> => {
  const existing = await run(
    withToken("unnest(array[coalesce(to_regclass($1::text)::text, ''), coalesce(to_regclass($2::text)::text, '')])", 2),
    [`${quotedSchema}.migrations`, `${quotedSchema}.functions`],
  )
  const rowsOf = async (exists: string | undefined, query: string): Promise<ReadonlyArray<string>> =>
    exists === undefined || exists === ''
      ? []
      : (await run(withToken(`unnest(array[''] || array(${query}))`, 0), [])).slice(1)
  const appliedMigrations = (
    await rowsOf(
      existing[0],
      `select number || ' ' || checksum || ' ' || name from ${quotedSchema}.migrations order by number`,
    )
  ).map(parseAppliedMigration)
  const appliedFunctions = (
    await rowsOf(
      existing[1],
      `select version || ' ' || name || ' ' || checksum from ${quotedSchema}.functions order by name`,
    )
  ).map(parseAppliedFunction)
  const states = migrationStates(isUnreleased(appliedMigrations) ? [] : appliedMigrations)
  const functions = functionStates(appliedFunctions)
  const dropped = await readDropped(run, quotedSchema, { migrations: states, functions })
  // `check_sequences` fails when one of its tables or sequences is gone.
  if (dropped.length === 0 && appliedFunctions.some(({ name }) => name === 'check_sequences'))
    await run(withToken(`${quotedSchema}.check_sequences()`, 0), [])
  return {
    migrations: states,
    functions,
    dropped,
    upToDate: dropped.length === 0 && [...states, ...functions].every(({ state }) => state === 'applied'),
  }
}
