import { rebuildRollbacks } from './rebuildRollbacks.ts'
import { rebuildTakeovers } from './rebuildTakeovers.ts'

export const rebuilds = [...rebuildTakeovers, ...rebuildRollbacks]
