import { either as E } from 'fp-ts'
import type { SendCommand } from '../../SendCommand.ts'

/** Where there is no dispatcher: a command cannot be sent. */
export const noDispatch: SendCommand =
  ({ type }) =>
  async () =>
    E.left({ _tag: 'NoDispatch', type })
