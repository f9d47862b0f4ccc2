import { either as E } from 'fp-ts'
import type { SendCommand } from '../../SendCommand.ts'

/** The sender of a runtime without a dispatcher: it rejects every command. */
export const noDispatch: SendCommand =
  ({ type }) =>
  async () =>
    E.left({ _tag: 'NoDispatch', type })
