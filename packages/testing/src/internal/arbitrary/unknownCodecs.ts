import { UserCode } from '@foldlog/core/store'
import * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { isEqual } from '../differences.ts'
import { type ArbitraryResult, type MakeArbitrary, problem, type Values } from './ArbitraryResult.ts'
import { acceptedBy, withoutThrowing } from './accepts.ts'
import { bigints } from './bigints.ts'
import { advice, type Candidates, constrain, explainNone } from './constrain.ts'
import { dates, wholeSeconds } from './dates.ts'
import { asIoTsCodec } from './IoTsCodec.ts'
import { json } from './json.ts'
import { numbersFor } from './numbers.ts'
import { isRecursive } from './recursion.ts'
import { textsFor } from './texts.ts'

/**
 * One example of each kind of value. The accepted examples reveal the kind of the codec. Texts and numbers come in many
 * kinds, as the codec may be particular.
 */
const candidatesFor = (codec: t.Mixed): ReadonlyArray<Values> => {
  const accepts = acceptedBy(codec)
  if ([null, true, 0, 'a', [], {}].every(accepts)) return [json]
  const is = withoutThrowing((value) => UserCode.plain('is', codec.is(value)))
  /** Of the first list with any that are accepted. */
  const some = (lists: Candidates): ReadonlyArray<Values> =>
    lists.find((values) => values.some((one) => fc.sample(one, { numRuns: 20, seed: 5 }).some(accepts))) ?? []
  return [
    ...(is(true) ? [fc.boolean()] : []),
    ...some(numbersFor(accepts)),
    ...some(textsFor(accepts)),
    ...(is(0n) ? bigints : []),
    // Whole seconds alone for the one that keeps no more and does not say so.
    ...(is(new Date(0)) ? (codec.name === 'DateFromUnixTime' ? [wholeSeconds] : dates) : []),
  ]
}

/** One of each kind. */
const specimens = [null, true, 0, 0n, 'a', new Date(0), [], {}]

/** Something that no codec takes for its own, unless it takes everything. */
const strangers = [Symbol('stranger'), null, {}, () => undefined]

/**
 * The codec of the items of a codec that decodes from an array. The outer codec hides it, but an error names the codec
 * that found the mistake: so it is given an array with a foreign item.
 */
const itemOf = (codec: t.Mixed): t.Mixed | undefined => {
  for (const stranger of strangers) {
    const decoded = E.tryCatch(
      () => codec.decode([stranger]),
      () => undefined,
    )
    if (E.isLeft(decoded) || E.isRight(decoded.right)) continue
    const context = decoded.right.left[0]?.context
    const entry = context?.[1]
    // An intermediate codec is one of io-ts or of the user's: a whole one, though its type says decoder.
    if (entry?.key === '0' && 'is' in entry.type) return entry.type as t.Mixed
  }
  return undefined
}

/** Arrays, sets and maps with these items, by what the codec recognises. */
const collections = (codec: t.Mixed, item: t.Mixed, values: Values): Candidates => {
  const is = withoutThrowing((value) => UserCode.plain('is', codec.is(value)))
  const unique = fc.uniqueArray(values, { maxLength: 6, comparator: isEqual })
  if (is(new Set())) return [[unique.map((items) => new Set(items))]]
  if (is(new Map()) && asIoTsCodec(item)?._tag === 'TupleType') {
    // Items of a codec of pairs.
    const pairs = fc.array(values as fc.Arbitrary<readonly [unknown, unknown]>, { maxLength: 6 })
    return [[pairs.map((entries) => new Map(entries))]]
  }
  return [0, 1, 2].map((minLength) => [fc.array(values, { minLength, maxLength: 6 })])
}

/** The codec inside one that is decoded to an option: it takes what the other takes inside a `Some`. */
const inside = (codec: t.Mixed): t.Mixed => {
  const some = (value: unknown) => ({ _tag: 'Some', value })
  return new t.Type<unknown, unknown, unknown>(
    /^Option<(.*)>$/.exec(codec.name)?.[1] ?? codec.name,
    (value): value is unknown => codec.is(some(value)),
    (value, context) =>
      F.pipe(
        codec.validate(value, context),
        E.map((option) => option.value),
      ),
    (value) => codec.encode(some(value)),
  )
}

const isOption = (codec: t.Mixed): boolean => {
  const accepts = acceptedBy(codec)
  return accepts({ _tag: 'None' }) && !accepts({})
}

/**
 * Values of a codec that shows only its functions. The values that it accepts reveal whether it is one of numbers,
 * texts, dates, ...; io-ts-types has many such codecs. Others need an override.
 */
export const fromUnknownCodec = (codec: t.Mixed, path: string, make: MakeArbitrary): ArbitraryResult => {
  const accept = (candidates: Candidates): ArbitraryResult =>
    F.pipe(
      constrain(candidates, codec),
      E.mapLeft((why) => [`${path}: ${why}`]),
    )
  if (isOption(codec)) {
    return F.pipe(
      make(inside(codec), path),
      E.map((values) =>
        fc.oneof(
          fc.constant({ _tag: 'None' }),
          values.map((value) => ({ _tag: 'Some', value })),
        ),
      ),
    )
  }
  const item = itemOf(codec)
  if (item !== undefined) {
    // Only arrays, unions and partials reveal their depth.
    if (isRecursive(item)) return problem(path, `a recursion through ${codec.name} is not followed; ${advice}`)
    return F.pipe(
      make(item, `${path}[]`),
      E.chain((values) => accept(collections(codec, item, values))),
    )
  }
  const candidates = candidatesFor(codec)
  if (candidates.length > 0) return accept([candidates])
  return specimens.some(withoutThrowing((value) => UserCode.plain('is', codec.is(value))))
    ? problem(path, explainNone([[fc.constantFrom(...specimens)]], codec))
    : problem(path, `nothing is known of the codec ${codec.name}; ${advice}`)
}
