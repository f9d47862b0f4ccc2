import * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import type { CodecArbitrary } from '../../CodecArbitrary.ts'
import { type ArbitraryResult, all, type MakeArbitrary, problem, type Values } from './ArbitraryResult.ts'
import { acceptedBy } from './accepts.ts'
import { advice, constrain, filtered, oneOf } from './constrain.ts'
import { describedValues, isDescribedBelow } from './described.ts'
import { asIoTsCodec, type IoTsCodec } from './IoTsCodec.ts'
import { intersections } from './intersections.ts'
import { leaf } from './leaves.ts'
import { objectsOf, shapeOf } from './records.ts'
import { isRecursive, terminates } from './recursion.ts'
import { baseOf, candidatesFor } from './refined.ts'
import { fromUnknownCodec } from './unknownCodecs.ts'

/** The maximum depth of values of a recursive codec. */
const maxDepth = 4

const tried = (codec: t.Mixed, path: string, values: Values): ArbitraryResult => {
  const accepts = acceptedBy(codec)
  const bad = fc.sample(values, { numRuns: 100, seed: 1 }).findIndex((value) => !accepts(value))
  return bad < 0
    ? E.right(filtered(values, accepts, codec.name))
    : problem(path, `the override for ${codec.name} makes values that it does not accept`)
}

/**
 * The alternatives of a union, the finite ones first: at the maximum depth, the first is taken. Of these the constants
 * come first, as they are the shortest to read.
 */
const inOrder = (codecs: ReadonlyArray<t.Mixed>, open: ReadonlyArray<t.Mixed>): ReadonlyArray<t.Mixed> => {
  const possible = codecs.filter((codec) => asIoTsCodec(codec)?._tag !== 'NeverType')
  const [short, long] = [true, false].map((ends) => possible.filter((codec) => terminates(codec, open) === ends))
  return [...[...(short ?? [])].sort((a, b) => rank(a) - rank(b)), ...(long ?? [])]
}

interface Overrides {
  readonly overridden: (codec: t.Mixed) => CodecArbitrary | undefined
  /** Whether an override gives the values under this refinement: then no others are searched for. */
  readonly overriddenBelow: (codec: t.Mixed) => boolean
}

const overridesBy = (overrides: ReadonlyArray<CodecArbitrary>): Overrides => {
  const overridden = (codec: t.Mixed): CodecArbitrary | undefined =>
    overrides.find((one) => one.codec === codec) ?? overrides.find((one) => one.codec === codec.name)
  const overriddenBelow = (codec: t.Mixed): boolean => {
    const it = asIoTsCodec(codec)
    return it?._tag === 'RefinementType' && (overridden(it.type) !== undefined || overriddenBelow(it.type))
  }
  return { overridden, overriddenBelow }
}

/** Makes the values of a recursive codec, which is open meanwhile. */
const recursiveValues = (
  codec: t.RecursiveType<t.Mixed>,
  path: string,
  open: Map<t.Mixed, Values>,
  make: MakeArbitrary,
): ArbitraryResult => {
  if (!terminates(codec, [])) return problem(path, `no value of ${codec.name} comes to an end`)
  let made: ArbitraryResult = problem(path, '')
  const { self } = fc.letrec<{ self: unknown }>((tie) => {
    open.set(codec, tie('self'))
    made = make(codec.type, path)
    open.delete(codec)
    return { self: E.isRight(made) ? made.right : fc.constant(undefined) }
  })
  return F.pipe(
    made,
    E.map(() => self),
  )
}

/** The values that the schema of a codec gives, or `undefined` when the codec accepts hardly any of them. */
const fromSchema = (codec: t.Mixed): ArbitraryResult | undefined => {
  const candidates = describedValues(codec)
  const made = candidates.length === 0 ? E.left('') : constrain([candidates], codec)
  return E.isRight(made) ? made : undefined
}

/** Makes the values of codecs, each codec once. `overrides` come first, by codec before by name. */
export const makeWith = (overrides: ReadonlyArray<CodecArbitrary>): MakeArbitrary => {
  const depthIdentifier = fc.createDepthIdentifier()
  const { overridden, overriddenBelow } = overridesBy(overrides)
  const done = new Map<t.Mixed, ArbitraryResult>()
  /** Recursive codecs that are being made: where they are met again, the values to be. */
  const open = new Map<t.Mixed, Values>()

  const choice = (alternatives: ReadonlyArray<Values>, recursive: boolean): Values =>
    recursive ? fc.oneof({ depthIdentifier, maxDepth, withCrossShrink: true }, ...alternatives) : oneOf(alternatives)

  const arrays = (item: t.Mixed, path: string): ArbitraryResult =>
    F.pipe(
      make(item, `${path}[]`),
      E.map((values) =>
        isRecursive(item)
          ? choice([fc.constant([]), fc.array(values, { maxLength: 3 })], true)
          : fc.array(values, { maxLength: 8 }),
      ),
    )

  const union = (codecs: ReadonlyArray<t.Mixed>, path: string, recursive: boolean): ArbitraryResult => {
    const ordered = inOrder(codecs, [...open.keys()])
    return ordered.length === 0
      ? problem(path, 'a union of nothing has no value')
      : F.pipe(
          all(ordered.map((codec) => make(codec, path))),
          E.map((alternatives) => choice(alternatives, recursive)),
        )
  }

  const refined = (codec: t.RefinementType<t.Mixed>, path: string): ArbitraryResult =>
    F.pipe(
      make(codec.type, path),
      E.chain((base): ArbitraryResult => {
        // A reference to an unfinished codec cannot be tried yet.
        if (isRecursive(codec)) return E.right(filtered(base, acceptedBy(codec), codec.name))
        const innermost = asIoTsCodec(baseOf(codec))
        const chosen = overriddenBelow(codec) || isDescribedBelow(codec)
        const isArray = innermost?._tag === 'ArrayType' || innermost?._tag === 'ReadonlyArrayType'
        const item = isArray ? E.toUnion(E.mapLeft(() => undefined)(make(innermost.type, path))) : undefined
        const candidates = chosen ? [[base]] : candidatesFor(codec, base, item)
        return F.pipe(
          constrain(candidates, codec),
          E.mapLeft((why) => [`${path}: ${why}`]),
        )
      }),
    )

  const fromIoTsCodec = (codec: t.Mixed, it: IoTsCodec, path: string): ArbitraryResult => {
    switch (it._tag) {
      case 'ArrayType':
      case 'ReadonlyArrayType':
        return arrays(it.type, path)
      case 'TupleType':
        return F.pipe(
          all(it.types.map((one, i) => make(one, `${path}[${i}]`))),
          E.map((made) => fc.tuple(...made)),
        )
      case 'InterfaceType':
      case 'StrictType':
      case 'PartialType':
      case 'DictionaryType':
        return objectsOf(shapeOf(codec) ?? { properties: new Map(), rest: [] }, path, make, depthIdentifier)
      case 'ReadonlyType':
      case 'ExactType':
        return make(it.type, path)
      case 'UnionType':
        return union(it.types, path, isRecursive(codec))
      case 'IntersectionType':
        return intersection(it, path)
      case 'RefinementType':
        return refined(it, path)
      case 'RecursiveType':
        return recursiveValues(it, path, open, make)
      default:
        return leaf(it, path) ?? problem(path, `nothing is known of the codec ${codec.name}; ${advice}`)
    }
  }

  const make: MakeArbitrary = (codec, path) => {
    const pending = open.get(codec)
    if (pending !== undefined) return E.right(pending)
    const before = done.get(codec)
    if (before !== undefined) return before
    const chosen = overridden(codec)
    const it = asIoTsCodec(codec)
    const made =
      chosen !== undefined
        ? tried(codec, path, chosen.arbitrary)
        : (fromSchema(codec) ??
          (it === undefined ? fromUnknownCodec(codec, path, make) : fromIoTsCodec(codec, it, path)))
    // A problem is reported again at the next place; a reference to an open codec is valid only inside that codec.
    if (E.isRight(made) && !isRecursive(codec)) done.set(codec, made)
    return made
  }
  const isOverridden = (codec: t.Mixed): boolean => overridden(codec) !== undefined
  const intersection = intersections({ make, choice, isOverridden, depth: depthIdentifier })
  return make
}

/** Constants before all others. */
const rank = (codec: t.Mixed): number =>
  /^(Null|Undefined|Void|Literal)Type$/.test(asIoTsCodec(codec)?._tag ?? '') ? 0 : 1
