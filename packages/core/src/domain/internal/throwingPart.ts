import type * as t from 'io-ts'
import { format } from '../../values/internal/format.ts'
import { tryCatch } from '../../values/internal/tryCatch.ts'
import { UserCode } from '../../values/UserCode.ts'

/** The properties of io-ts codecs that lead to their parts. The `_tag` determines which of them exist. */
interface CodecParts {
  readonly _tag?: string | undefined
  readonly type?: t.Any | undefined
  readonly codomain?: t.Any | undefined
  readonly types?: ReadonlyArray<t.Any> | undefined
  readonly props?: Readonly<Record<string, t.Any>> | undefined
}

type Part = readonly [codec: t.Any, value: unknown, path: string]

const partsOf = (codec: t.Any, value: unknown, path: string): ReadonlyArray<Part> => {
  // Every property is optional, so the type describes any codec.
  const { _tag, type, codomain, types = [], props = {} } = codec as CodecParts
  const isObject = typeof value === 'object' && value !== null
  const at = (key: string, part: t.Any): Part => [part, Object(value)[key], `${path}.${key}`]
  switch (_tag) {
    case 'ReadonlyType':
    case 'ExactType':
    case 'RefinementType':
    case 'RecursiveType':
      return type === undefined ? [] : [[type, value, path]]
    case 'InterfaceType':
    case 'PartialType':
    case 'StrictType':
      return isObject ? Object.entries(props).map(([key, part]) => at(key, part)) : []
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return type === undefined ? [] : Object.keys(Object(value)).map((key) => at(key, type))
    case 'DictionaryType':
      return codomain === undefined ? [] : Object.keys(Object(value)).map((key) => at(key, codomain))
    case 'TupleType':
      return isObject ? types.map((part, i) => at(`${i}`, part)) : []
    case 'IntersectionType':
    case 'UnionType':
      return types.map((part) => [part, value, path])
    default:
      return []
  }
}

/** A part of a value, and why it cannot be encoded: `undefined` for what its codec has thrown. */
export interface BadPart {
  readonly path: string
  readonly why: string | undefined
}

// Every property is optional, so the type describes any codec.
const tagOf = (codec: t.Any): string | undefined => (codec as CodecParts)._tag

/** A part that its codec does not recognize. `isLiteral`: the codec is that of one word, such as a `kind`. */
interface Stranger extends BadPart {
  readonly isLiteral: boolean
}

/**
 * The smallest parts that their codecs do not recognize. Of a union, those of the alternatives that were meant: an
 * alternative whose literal differs was not.
 */
const strangers = ([codec, value, path]: Part): ReadonlyArray<Stranger> => {
  if (codec.is(value)) return []
  const found = partsOf(codec, value, path).map(strangers)
  const meant = found.filter((ones) => !ones.some(({ isLiteral }) => isLiteral))
  const all = tagOf(codec) === 'UnionType' && meant.length > 0 ? meant.flat() : found.flat()
  const itself = {
    path,
    why: `expected ${codec.name}, got ${format(value)}`,
    isLiteral: tagOf(codec) === 'LiteralType',
  }
  return all.length > 0 ? all : [itself]
}

const deepest = (parts: ReadonlyArray<Stranger>): Stranger | undefined =>
  [...parts].sort((a, b) => b.path.split('.').length - a.path.split('.').length)[0]

/**
 * The smallest part of a value whose codec throws when it encodes that part. A union throws when none of its
 * alternatives recognizes the value: then it is the part that they do not recognize.
 */
export const throwingPart = (codec: t.Any, value: unknown, path: string): BadPart => {
  const parts = partsOf(codec, value, path)
  if (tagOf(codec) === 'UnionType' && !UserCode.plain('is', codec.is(value))) {
    return deepest(strangers([codec, value, path])) ?? { path, why: undefined }
  }
  for (const [part, partial, partPath] of parts) {
    if (tagOf(codec) === 'UnionType' && !UserCode.plain('is', part.is(partial))) continue
    const encoded = tryCatch(() => UserCode.plain('encode', part.encode(partial)))
    if (encoded._tag === 'Left') return throwingPart(part, partial, partPath)
  }
  return { path, why: undefined }
}
