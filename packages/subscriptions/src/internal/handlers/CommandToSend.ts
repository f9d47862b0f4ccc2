import type { Command } from '@foldlog/core'
import * as t from 'io-ts'

/**
 * A command to send, as it is stored. `instance` identifies the process that decided it, among all processes of its
 * key; `since` is the time of the decision, in milliseconds since 1970. Earlier versions stored neither.
 */
export const CommandToSend = t.exact(
  t.intersection([
    t.type({
      process: t.string,
      command: t.strict({ type: t.string, data: t.unknown }),
      commandId: t.string,
      correlationId: t.union([t.string, t.null]),
      causationId: t.string,
    }),
    t.partial({ instance: t.string, since: t.number }),
  ]),
)

export type CommandToSend = Omit<t.TypeOf<typeof CommandToSend>, 'command'> & { readonly command: Command }
