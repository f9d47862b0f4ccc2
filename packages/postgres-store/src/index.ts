/**
 * The foldlog event store on Postgres: group commit, a log without gaps, idempotent appends.
 *
 * @since 0.1.0
 */
export * from './Batching.ts'
export * from './diagnosis.ts'
export * from './grants.ts'
export * from './HandlerTransactions.ts'
export * from './inspectionIndexes.ts'
export * from './Migration.ts'
export * from './MigrationStatus.ts'
export * from './Migrations.ts'
export * from './openPostgresStore.ts'
export * from './PostgresStore.ts'
export * from './SchemaOptions.ts'
export type { SqlClient } from './SqlClient.ts'
export * from './SqlFunction.ts'
export * from './TransactionalAppends.ts'
export * from './transaction.ts'
