/**
 * The state of a migration in a database: `applied` in the form of this version, `changed` (applied in another form),
 * or `missing`. A newer version of foldlog applied one that is `unknown`.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationState {
  /** The number of the migration. */
  readonly number: number
  readonly name: string
  readonly state: 'applied' | 'changed' | 'missing' | 'unknown'
}

/**
 * The state of a function in a database: `applied` in the form of this version, `changed` (applied in another form,
 * which the next `migrate` replaces), or `missing`. A newer version of foldlog applied one that is `unknown`.
 *
 * @category model
 * @since 0.1.0
 */
export interface FunctionState {
  readonly name: string
  readonly state: 'applied' | 'changed' | 'missing' | 'unknown'
}

/**
 * The state of the schema in a database. It is `upToDate` when the database has all of it in the form of this version,
 * and nothing else. `dropped` lists what was applied and is gone, such as `index events_id_key`. A disabled trigger
 * counts as dropped.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationStatus {
  readonly migrations: ReadonlyArray<MigrationState>
  readonly functions: ReadonlyArray<FunctionState>
  readonly dropped: ReadonlyArray<string>
  readonly upToDate: boolean
}
