import type { Decider, Event } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'

/**
 * The state after events. Throws what `evolve` throws. It also throws when `evolve` returns a promise, which would
 * become the next state.
 */
export const foldEvents = <S>(
  decider: Pick<Decider<never, Event, S, unknown>, 'evolve'>,
  events: ReadonlyArray<Event>,
  from: S,
): S => {
  let state = from
  for (const event of events) {
    state = UserCode.plain('evolve', decider.evolve(state, event))
  }
  return state
}
