import { type EncodedEvent, type Event, type EventCodec, Json, type ReadableVersion } from '@foldlog/core'
import * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { type ArbitraryOptions, arbitraryEither } from './arbitrary.ts'
import type { CodecProblem } from './CodecProblem.ts'
import type { Corpus } from './Corpus.ts'
import { checkDecodesTo, checkReadable, checkRoundTrip, type RuleResult } from './internal/codecRules.ts'
import { literal } from './internal/literal.ts'
import { readRun } from './internal/readNumbers.ts'
import { encodeVersion, versionLabel } from './internal/versionLabels.ts'

/**
 * Options for the check of a codec.
 *
 * @category model
 * @since 0.1.0
 */
export interface CheckCodecOptions extends ArbitraryOptions {
  /** Events that were stored once. */
  readonly corpus?: Corpus | undefined
  /** The number of events of each form, 100 by default. */
  readonly numRuns?: number | undefined
  readonly seed?: number | undefined
}

const problemAt =
  (where: string, example: unknown) =>
  ({ law, why }: Pick<CodecProblem, 'law' | 'why'>): CodecProblem => ({
    _tag: 'CodecProblem',
    law,
    where,
    why,
    example,
  })

/** The first problem that shows, as small as it gets. */
const checkValues = <A>(
  where: string,
  codec: t.Type<A, unknown>,
  checkRule: (data: A) => RuleResult<void>,
  { overrides = [], ...run }: CheckCodecOptions,
): ReadonlyArray<CodecProblem> => {
  const values = arbitraryEither(codec, { overrides })
  if (E.isLeft(values))
    return [problemAt(where, undefined)({ law: 'NoArbitrary', why: values.left.problems.join('; ') })]
  const { counterexample } = fc.check(
    fc.property(values.right, (data) => E.isRight(checkRule(data))),
    readRun(run),
  )
  if (counterexample === null) return []
  const [data] = counterexample
  const verdict = checkRule(data)
  return E.isLeft(verdict) ? [problemAt(where, data)(verdict.left)] : []
}

const problemsOfVersion = <Ev extends Event>(
  codec: EventCodec<Ev>,
  shape: ReadableVersion,
  options: CheckCodecOptions,
): ReadonlyArray<CodecProblem> => {
  const isSameVersion = (written: ReadableVersion) =>
    written.type === shape.type && written.schemaVersion === shape.schemaVersion
  const type = codec.types.find((one) => isSameVersion(codec.current[one]))
  const checkRule = (data: unknown): RuleResult<void> => {
    // The data was made by the codec of this type.
    if (type !== undefined) return checkRoundTrip(codec)({ type, data } as Ev)
    return F.pipe(
      encodeVersion(shape)(data),
      E.mapLeft((why) => ({ law: 'NotStored' as const, why })),
      E.chain(checkReadable(codec)),
    )
  }
  return checkValues<unknown>(versionLabel(shape), shape.codec, checkRule, options)
}

const Encoded = t.type({ type: t.string, schemaVersion: t.number, data: t.unknown })
const Entry = t.intersection([Encoded, t.partial({ decodesTo: t.array(Encoded) })])

/** An event in its stored form, if its data is JSON. */
const encodedOf = ({ type, schemaVersion, data }: t.TypeOf<typeof Encoded>): E.Either<string, EncodedEvent> =>
  F.pipe(
    Json.check('data')(data),
    E.bimap(
      ({ what, why }) => `${what}: ${why}`,
      (json) => ({ type, schemaVersion, data: json }),
    ),
  )

const problemsOfEntry = <Ev extends Event>(
  codec: EventCodec<Ev>,
  where: string,
  entry: unknown,
): ReadonlyArray<CodecProblem> => {
  const found = problemAt(where, entry)
  const verdict = F.pipe(
    Entry.decode(entry),
    E.mapLeft(() => 'not an event: { type, schemaVersion, data, decodesTo? }'),
    E.chain(({ decodesTo, ...stored }) =>
      F.pipe(
        E.Do,
        E.bind('event', () => encodedOf(stored)),
        E.bind('then', () => (decodesTo === undefined ? E.right(undefined) : E.traverseArray(encodedOf)(decodesTo))),
      ),
    ),
    E.mapLeft((why) => ({ law: 'CorpusInvalid' as const, why })),
    E.chainW(({ event, then }) =>
      then === undefined ? checkReadable(codec)(event) : checkDecodesTo(codec)(event, then),
    ),
  )
  return E.isLeft(verdict) ? [found(verdict.left)] : []
}

const problemsOfCorpus = <Ev extends Event>(codec: EventCodec<Ev>, corpus: Corpus): ReadonlyArray<CodecProblem> =>
  Object.entries(corpus).flatMap(([name, content]) =>
    Array.isArray(content)
      ? content.flatMap((entry, i) => problemsOfEntry(codec, `${name}[${i}]`, entry))
      : problemsOfEntry(codec, name, content),
  )

/**
 * Returns everything about which {@link checkCodec} would throw, as values: at most one problem for each stored form,
 * and for each entry of the corpus. An odd number among the options throws, which is a failed test.
 *
 * @category destructors
 * @since 0.1.0
 */
export const findCodecProblems = <Ev extends Event>(
  codec: EventCodec<Ev>,
  options: CheckCodecOptions = {},
): ReadonlyArray<CodecProblem> => [
  ...codec.readable.flatMap((shape) => problemsOfVersion(codec, shape, options)),
  ...problemsOfCorpus(codec, options.corpus ?? {}),
]

/**
 * Checks an event codec with generated events, and with events that were once stored:
 *
 * - every event can be encoded, and decodes to itself;
 * - data of every older form decodes, and the decoded event can be encoded;
 * - every stored event of the corpus decodes as it did when it was recorded.
 *
 * Throws an error with its findings and the smallest example, which is a failed test in every test runner. {@link
 * findCodecProblems} returns the same as values.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EventCodec } from '@foldlog/core'
 * import { checkCodec } from '@foldlog/testing'
 * import { function as F } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const SeatEvent = EventCodec.make({
 *   Booked: F.pipe(
 *     EventCodec.version(1, t.strict({ by: t.string })),
 *     EventCodec.upcast(2, t.strict({ by: t.string, paid: t.boolean }), ({ by }) => ({ by, paid: false })),
 *   ),
 * })
 *
 * checkCodec(SeatEvent) // throws when an event does not come back, or an older form cannot be read
 * checkCodec(SeatEvent, {
 *   corpus: {
 *     'booked-1': {
 *       type: 'Booked',
 *       schemaVersion: 1,
 *       data: { by: 'Ada' },
 *       decodesTo: [{ type: 'Booked', schemaVersion: 2, data: { by: 'Ada', paid: false } }],
 *     },
 *   },
 * })
 * ```
 */
export const checkCodec = <Ev extends Event>(codec: EventCodec<Ev>, options?: CheckCodecOptions): void => {
  const problems = findCodecProblems(codec, options)
  if (problems.length === 0) return
  const lines = problems.map(
    ({ law, where, why, example }) => `${where}: ${law}: ${why}\n  for example ${literal(example, '  ')}`,
  )
  throw new Error(lines.join('\n'))
}
