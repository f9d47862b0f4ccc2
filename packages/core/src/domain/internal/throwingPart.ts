import type * as t from 'io-ts'
import { tryCatch } from '../../values/internal/tryCatch.ts'

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
  // Every property is optional, so this describes any codec.
  const { _tag, type, codomain, types = [], props = {} } = codec as CodecParts
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
      return Object.entries(props).map(([key, part]) => at(key, part))
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return type === undefined ? [] : Object.keys(Object(value)).map((key) => at(key, type))
    case 'DictionaryType':
      return codomain === undefined ? [] : Object.keys(Object(value)).map((key) => at(key, codomain))
    case 'TupleType':
      return types.map((part, i) => at(`${i}`, part))
    case 'IntersectionType':
      return types.map((part) => [part, value, path])
    case 'UnionType':
      return types.filter((part) => part.is(value)).map((part) => [part, value, path])
    default:
      return []
  }
}

/** The path of the smallest part of a value whose codec throws when it encodes that part. */
export const throwingPart = (codec: t.Any, value: unknown, path: string): string => {
  for (const [part, partial, partPath] of partsOf(codec, value, path)) {
    const encoded = tryCatch(() => part.encode(partial))
    if (encoded._tag === 'Left') return throwingPart(part, partial, partPath)
  }
  return path
}
