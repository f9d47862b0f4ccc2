import type { ProcessManagerLike, SteppingProcessManagerLike } from '../ProcessManagerLike.ts'
import { called } from './called.ts'

/** One step of a process manager of either form. `do` is called outside of the check for changes in place. */
export const stepOf =
  <In, S, R>(manager: ProcessManagerLike<In, S, R> | SteppingProcessManagerLike<In, S, R>) =>
  (state: S | undefined, input: In): { readonly state: S | undefined; readonly do: () => ReadonlyArray<R> } => {
    if ('step' in manager) {
      const after = called('step', () => manager.step(state, input))
      return { state: after.state, do: () => after.do }
    }
    // It began with the initial state.
    const after = called('evolve', () => manager.evolve(state as S, input))
    return { state: after, do: () => called('react', () => manager.react(after, input)) }
  }
