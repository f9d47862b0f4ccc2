import type { Decider } from '@foldlog/core'
import type { Decides } from '../Decides.ts'

/** The decider itself. */
export const deciderOf = <C, Ev, S, Err>(decides: Decides<C, Ev, S, Err>): Decider<C, Ev, S, Err> =>
  'decider' in decides ? decides.decider : decides
