import type { Check } from '../handlerLaws/HandlerLaw.ts'
import type { World } from './World.ts'

export const law = (name: string, check: (world: World) => Promise<void>): Check<World> => ({ name, check })

/** A law that makes the log go back. */
export const rewindLaw = (name: string, check: (world: World) => Promise<void>): Check<World> => ({
  name,
  rewinds: true,
  check,
})
