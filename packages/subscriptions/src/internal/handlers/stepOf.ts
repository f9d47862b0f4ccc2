import { UserCode } from '@foldlog/core/store'
import type { AnyProcessManager } from '../../ProcessManager.ts'
import type { AnyProcessInput, ProcessFunctions } from './processReactions.ts'

type Evolve = (state: unknown, input: AnyProcessInput) => unknown
type React = (state: unknown, input: AnyProcessInput) => ReadonlyArray<unknown>

/**
 * The functions of a process manager as the engine calls them, in whatever form it was written. Their arguments were
 * decoded by the codecs of the manager: that is their type.
 */
export const stepOf = (manager: AnyProcessManager): Pick<ProcessFunctions, 'initialState' | 'step'> => {
  // See above.
  if ('step' in manager) return { initialState: undefined, step: manager.step as ProcessFunctions['step'] }
  const { initialState } = manager
  const [evolve, react] = [manager.evolve as Evolve, manager.react as React] // See above.
  const step: ProcessFunctions['step'] = (before, input) => {
    const state = UserCode.plain('evolve', evolve(before, input))
    return { state, do: UserCode.plain('react', react(state, input)) }
  }
  return { initialState, step }
}
