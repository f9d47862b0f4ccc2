import type { UnboundLaw } from '../handlers/HandlerLaw.ts'
import type { RuntimeLawContext } from './RuntimeLawContext.ts'

export const law = (
  name: string,
  check: (context: RuntimeLawContext) => Promise<void>,
): UnboundLaw<RuntimeLawContext> => ({ name, check })

/** A law that makes the log go back. */
export const rewindLaw = (
  name: string,
  check: (context: RuntimeLawContext) => Promise<void>,
): UnboundLaw<RuntimeLawContext> => ({
  name,
  rewinds: true,
  check,
})
