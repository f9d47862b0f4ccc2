import { either as E } from 'fp-ts'
import type { Send } from '../Send.ts'

/** Where there is no dispatcher: a command cannot be sent. */
export const sendsNothing: Send =
  ({ type }) =>
  async () =>
    E.left({ _tag: 'NoDispatch', type })
