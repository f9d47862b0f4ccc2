/** Rebuilds that one version of a handler's code has room for. */
const room = 1_000_000

/**
 * The first generation of a version of a handler's code. A higher version is a higher generation, so that the newest code serves; within one version
 * each rebuild is one more.
 */
export const firstOf = (version: number): number => version * room

export const versionOf = (generation: number): number => Math.floor(generation / room)
