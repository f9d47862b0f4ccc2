import type { Command } from '@foldlog/core'
import { CommandForms, type CommandTarget } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

const isSend = (reaction: unknown): reaction is { readonly command: Command } =>
  typeof reaction === 'object' && reaction !== null && '_tag' in reaction && reaction._tag === 'Send'

/** Returns the reactions. Throws when a command among them cannot be stored: the runtime would not send it. */
export const checkSent = (to: ReadonlyArray<CommandTarget> = []) => {
  const forms = CommandForms.of(to)
  return <R>(reactions: ReadonlyArray<R>): ReadonlyArray<R> => {
    for (const reaction of reactions) {
      const encoded = isSend(reaction) ? forms.encode(reaction.command) : E.right(undefined)
      if (E.isLeft(encoded)) {
        const { type, path, why } = encoded.left
        throw new Error(`the command ${type} cannot be sent: ${path}: ${why}`)
      }
    }
    return reactions
  }
}
