import type { Command, CommandCodec } from '@foldlog/core'
import type { CommandTarget as Target } from '@foldlog/core/store'

/**
 * The target of a process's commands: an aggregate, or a command codec. Commands to an aggregate that was made with a
 * list of its command types have no codec, and must be JSON.
 *
 * @category model
 * @since 0.1.0
 */
export type CommandTarget = Target

/**
 * The commands of a list of targets, as a union.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandTo<Targets extends ReadonlyArray<CommandTarget>> = Targets[number] extends infer One
  ? One extends CommandCodec<infer C>
    ? C
    : One extends { readonly id: (command: infer C extends Command) => unknown }
      ? C
      : never
  : never
