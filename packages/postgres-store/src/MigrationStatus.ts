/**
 * What a database has of a migration: `applied` as this version has it, or in a form that has been `changed` since, or
 * `missing`. One that is `unknown` was applied by a newer version of foldlog.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationState {
  /** That of the migration. */
  readonly number: number
  readonly name: string
  readonly state: 'applied' | 'changed' | 'missing' | 'unknown'
}

/**
 * What a database has of a function: `applied` as this version has it, or in a form that the next `migrate` replaces
 * because it has been `changed` since, or `missing`. One that is `unknown` was applied by a newer version of foldlog.
 *
 * @category model
 * @since 0.1.0
 */
export interface FunctionState {
  readonly name: string
  readonly state: 'applied' | 'changed' | 'missing' | 'unknown'
}

/**
 * What a database has of the schema. `upToDate` when it has all of it in the form of this version, and nothing else.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationStatus {
  readonly migrations: ReadonlyArray<MigrationState>
  readonly functions: ReadonlyArray<FunctionState>
  readonly upToDate: boolean
}
