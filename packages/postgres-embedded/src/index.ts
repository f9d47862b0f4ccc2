/**
 * Starts a real local Postgres from npm, for demos and tests.
 *
 * @since 0.1.0
 */
export * from './EmbeddedPostgres.ts'
export * from './EmbeddedPostgresError.ts'
export * from './EmbeddedPostgresOptions.ts'
export * from './Logger.ts'
export * from './RunningPostgres.ts'
