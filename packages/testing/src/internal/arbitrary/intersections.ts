import * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { type ArbitraryResult, all, type MakeArbitrary, problem, type Values } from './ArbitraryResult.ts'
import { acceptedBy } from './accepts.ts'
import { type Candidates, constrain, filtered, oneOf } from './constrain.ts'
import { asIoTsCodec } from './IoTsCodec.ts'
import { json } from './json.ts'
import { intersectionOf, objectsOf, shapeOf } from './records.ts'
import { isRecursive } from './recursion.ts'

/** The functions for all codecs that intersections need. */
export interface IntersectionContext {
  readonly make: MakeArbitrary
  readonly choice: (alternatives: ReadonlyArray<Values>, recursive: boolean) => Values
  readonly isOverridden: (codec: t.Mixed) => boolean
  readonly depth: fc.DepthIdentifier
}

/** Objects merged; of other values the first. */
const merged = (values: ReadonlyArray<unknown>): unknown => {
  const objects = values.filter((value) => typeof value === 'object' && value !== null)
  return objects.length === values.length ? Object.assign({}, ...objects) : values[0]
}

/** The members, without those that say nothing. A recursive one is opened once: `opened` are those that have been. */
interface Members {
  readonly codecs: ReadonlyArray<t.Mixed>
  readonly opened: ReadonlyArray<t.Mixed>
}

const membersOf = (
  codecs: ReadonlyArray<t.Mixed>,
  opened: ReadonlyArray<t.Mixed>,
  isOverridden: (codec: t.Mixed) => boolean,
): Members =>
  codecs.reduce<Members>(
    (members, codec) => {
      const it = asIoTsCodec(codec)
      const inside = (parts: ReadonlyArray<t.Mixed>, now: ReadonlyArray<t.Mixed>): Members => {
        const more = membersOf(parts, now, isOverridden)
        return { codecs: members.codecs.concat(more.codecs), opened: more.opened }
      }
      if (!isOverridden(codec)) {
        if (it?._tag === 'IntersectionType') return inside(it.types, members.opened)
        if (it?._tag === 'ReadonlyType') return inside([it.type], members.opened)
        if (it?._tag === 'RecursiveType' && !members.opened.includes(codec))
          return inside([it.type], members.opened.concat(codec))
        if (it?._tag === 'UnknownType' || it?._tag === 'AnyType') return members
      }
      return { codecs: members.codecs.concat(codec), opened: members.opened }
    },
    { codecs: [], opened },
  )

/**
 * Creates the values that all of some codecs accept: objects of all their properties, or values of one codec that the
 * others accept.
 */
export const intersections = ({ make, choice, isOverridden, depth }: IntersectionContext) => {
  const candidatesOf = (codecs: ReadonlyArray<t.Mixed>, path: string): E.Either<ReadonlyArray<string>, Candidates> => {
    const shape = codecs.some(isOverridden) ? undefined : shapeOf(intersectionOf(codecs))
    return shape === undefined
      ? F.pipe(
          all(codecs.map((codec) => make(codec, path))),
          E.map((made) => [[...made, fc.tuple(...made).map(merged)]]),
        )
      : F.pipe(
          objectsOf(shape, path, make, depth),
          E.map((objects) => [[objects]]),
        )
  }

  const ofMembers = (
    whole: t.Mixed,
    parts: ReadonlyArray<t.Mixed>,
    path: string,
    before: ReadonlyArray<t.Mixed>,
  ): ArbitraryResult => {
    const { codecs, opened } = membersOf(parts, before, isOverridden)
    const [only] = codecs
    if (only === undefined) return E.right(json)
    if (codecs.length === 1) return make(only, path)
    for (const codec of codecs) {
      const it = asIoTsCodec(codec)
      if (it?._tag !== 'UnionType' || isOverridden(codec)) continue
      // Each alternative with all the others. Some may exclude each other; that none is left is a problem.
      const others = codecs.filter((other) => other !== codec)
      const made = it.types.map((one) => ofMembers(intersectionOf([one, ...others]), [one, ...others], path, opened))
      const possible = made.flatMap((one) => (E.isRight(one) ? [one.right] : []))
      return possible.length > 0
        ? E.right(filtered(choice(possible, isRecursive(whole)), acceptedBy(whole), whole.name))
        : (made[0] ?? problem(path, 'a union of nothing has no value'))
    }
    return F.pipe(
      candidatesOf(codecs, path),
      E.chain(
        (candidates): ArbitraryResult =>
          isRecursive(whole)
            ? // What leads back to a codec that is not finished cannot be tried yet.
              E.right(filtered(oneOf(candidates.flat()), acceptedBy(whole), whole.name))
            : F.pipe(
                constrain(candidates, whole),
                E.mapLeft((why) => [`${path}: ${why}`]),
              ),
      ),
    )
  }

  return (whole: t.IntersectionType<Array<t.Mixed>>, path: string): ArbitraryResult =>
    ofMembers(whole, whole.types, path, [])
}
