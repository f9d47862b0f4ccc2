/**
 * Postgres servers for tests: standbys, backups, dumps, and a proxy in front of them. Private to this repository.
 *
 * @since 0.1.0
 */
export * from './BaseBackup.ts'
export * from './connect.ts'
export * from './copyDirectory.ts'
export * from './FailoverPair.ts'
export * from './failOnUnhandled.ts'
export * from './LogIdentity.ts'
export * from './LogicalDump.ts'
export * from './OddValues.ts'
export * from './PostgresServer.ts'
export * from './PostgresServers.ts'
export * from './Rewind.ts'
export * from './Standby.ts'
export * from './SwitchableProxy.ts'
export * from './until.ts'
