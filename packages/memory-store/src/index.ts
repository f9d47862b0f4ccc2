/**
 * The foldlog event store in memory: a target for tests, and the example for authors of stores.
 *
 * @since 0.1.0
 */
export * from './MemoryStore.ts'
