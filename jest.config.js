import { availableParallelism } from 'node:os'
import { tiers } from './scripts/jest/tiers.mjs'

/** Tests run against the sources of every package (condition `@foldlog/source`), with nothing but types stripped. */
export default {
  // scripts/test.mjs sets the tier. A bare Jest runs every test, or the paths that it is given.
  ...tiers[process.env.FOLDLOG_TESTS || 'all'],
  reporters: ['default', '<rootDir>/scripts/jest/summary.mjs'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironmentOptions: { customExportConditions: ['@foldlog/source', 'node', 'node-addons'] },
  globalSetup: '<rootDir>/scripts/jest/postgres.mjs',
  setupFilesAfterEnv: ['<rootDir>/scripts/jest/processorTime.mjs'],
  globalTeardown: '<rootDir>/scripts/jest/stop-postgres.mjs',
  transform: { '^.+\\.ts$': '<rootDir>/scripts/strip-types.mjs' },
  modulePathIgnorePatterns: ['<rootDir>/packages/.*/dist/'],
  coverageProvider: 'v8',
  // Half of the time goes to waiting for servers and processes, so twice as many as there are cores. Slow tests wait for
  // leases and kill processes: they get a core each.
  maxWorkers: Math.max(2, availableParallelism()) * (process.env.FOLDLOG_TESTS === 'slow' ? 1 : 2),
  testTimeout: 60_000,
}
