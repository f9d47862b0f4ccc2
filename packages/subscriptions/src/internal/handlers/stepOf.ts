import { UserCode } from '@foldlog/core/store'
import type { AnyProcessManager } from '../../ProcessManager.ts'
import type { AnyProcessInput, ProcessFunctions } from './processReactions.ts'

type Evolve = (state: unknown, input: AnyProcessInput) => unknown
type React = (state: unknown, input: AnyProcessInput) => ReadonlyArray<unknown>

/**
 * The functions that the engine calls of a process manager in either form. Their arguments were decoded by the codecs
 * of the manager, so they have the right types.
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
