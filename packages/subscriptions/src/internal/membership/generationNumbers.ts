import type { HandlerGeneration } from '@foldlog/core/store'

/** Maximum number of rebuilds of one version of a handler's code. */
const rebuildsPerVersion = 1_000_000

/**
 * The first generation of a version of a handler's code. A higher version is a higher generation, so that the newest
 * code serves; each rebuild within a version adds 1.
 */
export const firstGeneration = (version: number): number => version * rebuildsPerVersion

/** The highest version whose first generation a store can have: an `integer` of Postgres. */
export const maxVersion = Math.floor(2_147_483_647 / rebuildsPerVersion)

/** The next generation of a version, behind those that are known. */
export const nextGeneration = (version: number, known: Iterable<number>): number =>
  Math.max(firstGeneration(version) - 1, ...known) + 1

export const versionOf = (generation: number): number => Math.floor(generation / rebuildsPerVersion)

/**
 * Whether a generation can be removed: it is outdated, and older than the serving one. A newer generation was rolled
 * back. It stays until a newer one serves, as a mark that its version must not be built again automatically when a
 * process with that code starts.
 */
export const isRemovable = ({ role, generation }: HandlerGeneration, serving: number): boolean =>
  role === 'outdated' && generation < serving
