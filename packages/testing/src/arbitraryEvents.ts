import type { Event, EventCodec } from '@foldlog/core'
import type * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import type { ArbitraryOptions } from './arbitrary.ts'
import { all } from './internal/arbitrary/ArbitraryResult.ts'
import { oneOf } from './internal/arbitrary/constrain.ts'
import { valuesOf } from './internal/arbitrary/valuesOf.ts'
import type { NoArbitrary } from './NoArbitrary.ts'

/**
 * The union that a record from type to codec of the data describes.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandsOf<Codecs extends Readonly<Record<string, t.Mixed>>> = {
  readonly [K in keyof Codecs & string]: { readonly type: K; readonly data: t.TypeOf<Codecs[K]> }
}[keyof Codecs & string]

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

/**
 * Commands, from a record of their types with the codecs of their data, or what is in the way.
 *
 * @category constructors
 * @since 0.1.0
 */
export const arbitraryCommandsEither = <const Codecs extends Readonly<Record<string, t.Mixed>>>(
  codecs: Codecs,
  options?: ArbitraryOptions,
): E.Either<NoArbitrary, fc.Arbitrary<CommandsOf<Codecs>>> =>
  // The record says which data goes with which type.
  ofTypes(codecs, options) as E.Either<NoArbitrary, fc.Arbitrary<CommandsOf<Codecs>>>

/**
 * Commands, from a record of their types with the codecs of their data: `arbitraryCommands({ Deposit: t.strict({
 * amount: Amount }) })`. Throws in the same cases as {@link arbitrary}.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { arbitraryCommands, withArbitrary } from '@foldlog/testing'
 * import * as fc from 'fast-check'
 * import * as t from 'io-ts'
 *
 * interface PositiveBrand {
 *   readonly Positive: unique symbol
 * }
 * const Positive = t.brand(t.number, (n): n is t.Branded<number, PositiveBrand> => n > 0, 'Positive')
 *
 * export const commands = arbitraryCommands(
 *   { Deposit: t.strict({ amount: Positive }), Close: t.strict({}) },
 *   { overrides: [withArbitrary(Positive, fc.integer({ min: 1, max: 1_000 }))] },
 * )
 * ```
 */
export const arbitraryCommands = <const Codecs extends Readonly<Record<string, t.Mixed>>>(
  codecs: Codecs,
  options?: ArbitraryOptions,
): fc.Arbitrary<CommandsOf<Codecs>> => getOrThrow('commands', arbitraryCommandsEither(codecs, options))
