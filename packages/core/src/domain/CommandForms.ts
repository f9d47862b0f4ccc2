import { either as E } from 'fp-ts'
import { Json } from '../values/Json.ts'
import type { Command } from './Command.ts'
import type { AnyCommandCodec, EncodedCommand } from './CommandCodec.ts'
import type { CommandDecodeFailure } from './CommandDecodeFailure.ts'
import { type EncodeFailure, encodeFailure } from './EncodeFailure.ts'

interface WithCommandCodec {
  readonly commandCodec?: AnyCommandCodec | undefined
}

/**
 * The target of commands: an aggregate, a joint decision, a boundary, or a command codec.
 *
 * @category for store authors
 * @since 0.1.0
 */
export type CommandTarget =
  | (WithCommandCodec & { readonly id: (command: never) => unknown })
  | (WithCommandCodec & { readonly ids: (command: never) => unknown })
  | (WithCommandCodec & { readonly reads: (command: never) => unknown })
  | AnyCommandCodec

/**
 * The JSON forms of the commands to some targets: that of its codec for a command that has one, and otherwise the
 * command itself. `encode` refuses a command that would not come back the same; `decode` reads the form again.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CommandForms {
  readonly codecOf: (type: string) => AnyCommandCodec | undefined
  readonly encode: (command: Command) => E.Either<EncodeFailure, EncodedCommand>
  readonly decode: (encoded: Command) => E.Either<CommandDecodeFailure, Command>
}

const codecOfTarget = (target: CommandTarget): AnyCommandCodec | undefined =>
  'codecs' in target ? target : target.commandCodec

const encodePlain = ({ type, data }: Command): E.Either<EncodeFailure, EncodedCommand> => {
  const checked = Json.check('data')(data)
  if (E.isRight(checked)) return E.right({ type, data: checked.right })
  const { what, why } = checked.left
  return E.left(encodeFailure(type, what, `${why}; a target with a command codec sends any command`))
}

/**
 * The forms of the commands to these targets.
 *
 * @category for store authors
 * @since 0.1.0
 */
const of = (targets: ReadonlyArray<CommandTarget>): CommandForms => {
  const codecs = new Map<string, AnyCommandCodec>()
  for (const target of targets) {
    const codec = codecOfTarget(target)
    for (const type of codec?.types ?? []) if (codec !== undefined) codecs.set(type, codec)
  }
  return {
    codecOf: (type) => codecs.get(type),
    // The codec has the type of the command.
    encode: (command) => codecs.get(command.type)?.encode(command as never) ?? encodePlain(command),
    decode: (encoded) => codecs.get(encoded.type)?.decode(encoded) ?? E.right(encoded),
  }
}

/**
 * Functions on {@link CommandForms}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const CommandForms = { of } as const
