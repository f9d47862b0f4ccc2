import type { Decider } from '@foldlog/core'
import type { DeciderLike } from '../DeciderLike.ts'

/** The decider itself. */
export const deciderOf = <C, Ev, S, Err>(decides: DeciderLike<C, Ev, S, Err>): Decider<C, Ev, S, Err> =>
  'decider' in decides ? decides.decider : decides
