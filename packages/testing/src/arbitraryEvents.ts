import type { Command, CommandCodec, CommandsOf, Event, EventCodec } from '@foldlog/core'
import type * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import type { ArbitraryOptions } from './arbitrary.ts'
import { all } from './internal/arbitrary/ArbitraryResult.ts'
import { oneOf } from './internal/arbitrary/constrain.ts'
import { valuesOf } from './internal/arbitrary/valuesOf.ts'
import type { NoArbitrary } from './NoArbitrary.ts'

const ofTypes = (
  codecs: Readonly<Record<string, t.Mixed>>,
  { overrides = [] }: ArbitraryOptions = {},
): E.Either<NoArbitrary, fc.Arbitrary<Event>> => {
  const make = valuesOf(overrides)
  return F.pipe(
    all(
      Object.entries(codecs).map(([type, codec]) =>
        F.pipe(
          make(codec, type),
          E.map((values) => values.map((data) => ({ type, data }))),
        ),
      ),
    ),
    E.bimap(
      (problems): NoArbitrary => ({ _tag: 'NoArbitrary', problems }),
      // Each of the alternatives makes a type and its data.
      (alternatives) => oneOf(alternatives) as fc.Arbitrary<Event>,
    ),
  )
}

const getOrThrow = <A>(what: string, made: E.Either<NoArbitrary, A>): A =>
  F.pipe(
    made,
    E.getOrElse(({ problems }): A => {
      throw new Error(`There is no arbitrary for these ${what}: ${problems.join('; ')}`)
    }),
  )

/**
 * The events of a codec, each type as often as the others, or what is in the way.
 *
 * @category constructors
 * @since 0.1.0
 */
export const arbitraryEventsEither = <Ev extends Event>(
  { current: written }: EventCodec<Ev>,
  options?: ArbitraryOptions,
): E.Either<NoArbitrary, fc.Arbitrary<Ev>> =>
  // `written` has the codec of the data under each type of the union.
  ofTypes(codecsOf(written), options) as E.Either<NoArbitrary, fc.Arbitrary<Ev>>

const codecsOf = (written: Readonly<Record<string, { readonly codec: t.Mixed }>>): Readonly<Record<string, t.Mixed>> =>
  Object.fromEntries(Object.entries(written).map(([type, { codec }]) => [type, codec]))

/**
 * The events of a codec, each type as often as the others. Throws where {@link arbitrary} does.
 *
 * @category constructors
 * @since 0.1.0
 */
export const arbitraryEvents = <Ev extends Event>(
  codec: EventCodec<Ev>,
  options?: ArbitraryOptions,
): fc.Arbitrary<Ev> => getOrThrow('events', arbitraryEventsEither(codec, options))

/** A record from command type to the codec of its data, or a command codec, which has such a record. */
type Codecs = Readonly<Record<string, t.Mixed>>

// No io-ts codec is a function, so a record has no such `decode`.
const isCommandCodec = (codecs: Codecs | { readonly codecs: Codecs }): codecs is { readonly codecs: Codecs } =>
  'codecs' in codecs && typeof Reflect.get(codecs, 'decode') === 'function'

interface ArbitraryCommandsEither {
  <C extends Command>(codec: CommandCodec<C>, options?: ArbitraryOptions): E.Either<NoArbitrary, fc.Arbitrary<C>>
  <const Of extends Codecs>(codecs: Of, options?: ArbitraryOptions): E.Either<NoArbitrary, fc.Arbitrary<CommandsOf<Of>>>
}

interface ArbitraryCommands {
  <C extends Command>(codec: CommandCodec<C>, options?: ArbitraryOptions): fc.Arbitrary<C>
  <const Of extends Codecs>(codecs: Of, options?: ArbitraryOptions): fc.Arbitrary<CommandsOf<Of>>
}

/**
 * The commands of a codec, or of a record of their types with the codecs of their data; or what is in the way.
 *
 * @category constructors
 * @since 0.1.0
 */
// The codec, or the record, says which data goes with which type.
export const arbitraryCommandsEither = ((codecs: Codecs | { readonly codecs: Codecs }, options?: ArbitraryOptions) =>
  ofTypes(isCommandCodec(codecs) ? codecs.codecs : codecs, options)) as ArbitraryCommandsEither

/**
 * The commands of a codec, each type as often as the others: `arbitraryCommands(AccountCommand)`. It also takes a
 * record of types with the codecs of their data. Throws in the same cases as {@link arbitrary}.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { CommandCodec } from '@foldlog/core'
 * import { arbitraryCommands, withArbitrary } from '@foldlog/testing'
 * import * as fc from 'fast-check'
 * import * as t from 'io-ts'
 *
 * interface PositiveBrand {
 *   readonly Positive: unique symbol
 * }
 * const Positive = t.brand(t.number, (n): n is t.Branded<number, PositiveBrand> => n > 0, 'Positive')
 * const AccountCommand = CommandCodec.make({ Deposit: t.strict({ amount: Positive }), Close: t.strict({}) })
 *
 * export const commands = arbitraryCommands(AccountCommand, {
 *   overrides: [withArbitrary(Positive, fc.integer({ min: 1, max: 1_000 }))],
 * })
 * ```
 */
export const arbitraryCommands = ((codecs: Codecs, options?: ArbitraryOptions) =>
  getOrThrow('commands', arbitraryCommandsEither(codecs, options))) as ArbitraryCommands // As above.
