import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { format } from '../values/internal/format.ts'
import { nameProblem } from '../values/internal/textRules.ts'
import { tryCatch } from '../values/internal/tryCatch.ts'
import type { Json } from '../values/Json.ts'
import { Limits } from '../values/Limits.ts'
import type { ValidationProblem } from '../values/ValidationProblem.ts'
import type { Command } from './Command.ts'
import type { CommandDecodeFailure } from './CommandDecodeFailure.ts'
import { type EncodeFailure, encodeFailure } from './EncodeFailure.ts'
import type { InvalidCommandCodec } from './InvalidCommandCodec.ts'
import { decodeWith } from './internal/decodeWith.ts'
import { encodeWith } from './internal/encodeWith.ts'
import { entryProblems } from './internal/entryProblems.ts'

/** The data of the commands of this type. The type of one member of the union may itself be a union. */
type DataOf<C extends Command, Type extends string> = C extends {
  readonly type: infer Types
  readonly data: infer Data
}
  ? Type extends Types
    ? Data
    : never
  : never

/**
 * A set of commands, written once: their types, and how their data becomes JSON and is read again.
 *
 * `encode` rejects a command that would not decode to the same value. `decode` reads `{ type, data }`, and names what
 * is wrong, however deep. `types` are the tags of the union; `codecs` have the io-ts codec of the data of each type;
 * `codec` is the io-ts codec of the whole union.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandCodec<C extends Command> {
  readonly types: ReadonlyArray<C['type']>
  readonly codecs: { readonly [K in C['type']]: t.Type<DataOf<C, K>, unknown> }
  readonly codec: t.Type<C, unknown>
  readonly encode: (command: C) => E.Either<EncodeFailure, EncodedCommand>
  readonly decode: (json: unknown) => E.Either<CommandDecodeFailure, C>
}

/**
 * A command in its JSON form: `data` is the output of the codec of its type.
 *
 * @category model
 * @since 0.1.0
 */
export interface EncodedCommand {
  readonly type: string
  readonly data: Json
}

/**
 * A command codec without its type parameter, so that different ones fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyCommandCodec {
  readonly types: ReadonlyArray<string>
  readonly codecs: Readonly<Record<string, t.Mixed>>
  readonly codec: t.Mixed
  readonly encode: (command: never) => E.Either<EncodeFailure, EncodedCommand>
  readonly decode: (json: unknown) => E.Either<CommandDecodeFailure, Command>
}

/**
 * The union of commands of a codec: `type AccountCommand = CommandOf<typeof AccountCommand>`.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandOf<Codec> = Codec extends CommandCodec<infer C> ? C : never

/**
 * The union of commands that a record from type to io-ts codec describes.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandsOf<Codecs extends Readonly<Record<string, t.Mixed>>> = {
  readonly [K in keyof Codecs & string]: { readonly type: K; readonly data: t.TypeOf<Codecs[K]> }
}[keyof Codecs & string]

const nameProblems = (type: string): ReadonlyArray<string> => {
  const name = nameProblem(type, Limits.eventType)
  return name === undefined ? [] : [`the command type ${JSON.stringify(type)} ${name}`]
}

/** The io-ts codec of the union. A tag decides which codec of data applies, so that errors are those of its data. */
const unionOf = (codecs: Readonly<Record<string, t.Mixed>>): t.Mixed => {
  const [first, second, ...others] = Object.entries(codecs).map(
    ([type, data]): t.Mixed => t.strict({ type: t.literal(type), data }, type),
  )
  // Without commands, the union is `never`.
  if (first === undefined) return t.never as unknown as t.Mixed
  return second === undefined ? first : t.union([first, second, ...others], 'Command')
}

const failed = (
  type: string | null,
  problems: ReadonlyArray<ValidationProblem>,
): E.Either<CommandDecodeFailure, never> => E.left({ _tag: 'CommandDecodeFailure', type, problems })

const decodeBy = (codecs: Readonly<Record<string, t.Mixed>>): AnyCommandCodec['decode'] => {
  const decoders = new Map(Object.entries(codecs).map(([type, codec]) => [type, decodeWith(codec)]))
  return (json) => {
    // Reading a value that is no JSON may throw.
    const command = tryCatch(() => ({ type: Object(json).type as unknown, data: Object(json).data as unknown }))
    if (E.isLeft(command)) return failed(null, [{ path: 'command', why: command.left }])
    const { type, data } = command.right
    const decode = typeof type === 'string' ? decoders.get(type) : undefined
    if (typeof type !== 'string' || decode === undefined) {
      const why = `expected ${[...decoders.keys()].map((known) => JSON.stringify(known)).join(' or ')}, got ${format(type)}`
      return failed(typeof type === 'string' ? type : null, [{ path: 'type', why }])
    }
    const decoded = decode(data)
    if (E.isRight(decoded)) return E.right({ type, data: decoded.right })
    // `decodeWith` has this reason only.
    return failed(type, decoded.left._tag === 'InvalidData' ? decoded.left.problems : [])
  }
}

/**
 * Builds a command codec, or returns every problem with its types.
 *
 * @category constructors
 * @since 0.1.0
 */
const makeEither = <const Codecs extends Readonly<Record<string, t.Mixed>>>(
  codecs: Codecs,
): E.Either<InvalidCommandCodec, CommandCodec<CommandsOf<Codecs>>> => {
  const named = Object.keys(Object(codecs)).flatMap(nameProblems)
  const problems = [...named, ...entryProblems('the record of commands', codecs)]
  if (problems.length > 0) return E.left({ _tag: 'InvalidCommandCodec', problems })
  // A stored command has no versions: the encoder of events gets one, and its result is left out.
  const encoders = new Map(
    Object.entries(codecs).map(([type, codec]) => [type, encodeWith({ type, schemaVersion: 1, codec })]),
  )
  const made: AnyCommandCodec = {
    types: Object.keys(codecs),
    codecs,
    codec: unionOf(codecs),
    encode: (command: Command) =>
      F.pipe(
        encoders.get(command.type)?.(command) ??
          E.left(encodeFailure(command.type, 'type', 'this codec has no such command')),
        E.map(({ type, data }) => ({ type, data })),
      ),
    decode: decodeBy(codecs),
  }
  // The record says which data goes with which type: that is the definition of the union.
  return E.right(made as unknown as CommandCodec<CommandsOf<Codecs>>)
}

/**
 * Builds a command codec from a record of command types, each with the io-ts codec of its data. The union is derived
 * from it. The record of another codec may be spread into it: `CommandCodec.make({ ...Lamp.codecs, ...Fan.codecs })`.
 *
 * A type that is no name is a mistake in the program, so this throws where the constant is defined. {@link
 * CommandCodec.makeEither} returns the same as an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { CommandCodec, type CommandOf, describeError } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const DoorCommand = CommandCodec.make({
 *   Open: t.strict({ door: t.string }),
 *   Close: t.strict({ door: t.string }),
 * })
 * type DoorCommand = CommandOf<typeof DoorCommand> // { type: 'Open', data: { door: string } } | ...
 *
 * const open: DoorCommand = { type: 'Open', data: { door: 'a' } }
 * console.log(DoorCommand.encode(open))
 * const decoded = DoorCommand.decode({ type: 'Open', data: { door: 7 } })
 * if (E.isLeft(decoded)) console.log(describeError(decoded.left))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: { type: 'Open', data: { door: 'a' } } }
 * the command Open cannot be decoded: data.door: expected string, got 7
 * ```
 */
const make = <const Codecs extends Readonly<Record<string, t.Mixed>>>(
  codecs: Codecs,
): CommandCodec<CommandsOf<Codecs>> =>
  F.pipe(
    makeEither(codecs),
    E.getOrElse(({ problems }): CommandCodec<CommandsOf<Codecs>> => {
      throw new Error(`Invalid command codec: ${problems.join('; ')}`)
    }),
  )

/**
 * Functions on {@link CommandCodec}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const CommandCodec = { make, makeEither } as const
