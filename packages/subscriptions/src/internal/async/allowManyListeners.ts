import { nodeModule } from '@foldlog/core/store'
import { functionOf } from './functionOf.ts'

type SetMaxListeners = (max: number, ...signals: ReadonlyArray<AbortSignal>) => void

/** As many listeners wait on a signal as there are lanes or requests: Node warns from the eleventh on. */
export const allowManyListeners = (...signals: ReadonlyArray<AbortSignal>): void => {
  try {
    functionOf<SetMaxListeners>(nodeModule('node:events'), 'setMaxListeners')?.(0, ...signals)
  } catch {
    // The signals of jsdom are none of Node, and do not warn.
  }
}
