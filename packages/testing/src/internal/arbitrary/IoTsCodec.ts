import type * as t from 'io-ts'

/**
 * The codecs of io-ts, distinguished by their tag. A copy of io-ts other than ours has other classes, and the same
 * tags.
 */
export type IoTsCodec =
  | t.NullType
  | t.UndefinedType
  | t.VoidType
  | t.UnknownType
  | t.AnyType
  | t.NeverType
  | t.ObjectType
  | t.FunctionType
  | t.StringType
  | t.NumberType
  | t.BigIntType
  | t.BooleanType
  | t.AnyArrayType
  | t.AnyDictionaryType
  | t.LiteralType<string | number | boolean>
  | t.KeyofType<Readonly<Record<string, unknown>>>
  | t.RefinementType<t.Mixed>
  | t.RecursiveType<t.Mixed>
  | t.ArrayType<t.Mixed>
  | t.ReadonlyArrayType<t.Mixed>
  | t.InterfaceType<t.Props>
  | t.StrictType<t.Props>
  | t.PartialType<t.Props>
  | t.DictionaryType<t.Mixed, t.Mixed>
  | t.UnionType<Array<t.Mixed>>
  | t.IntersectionType<Array<t.Mixed>>
  | t.TupleType<Array<t.Mixed>>
  | t.ReadonlyType<t.Mixed>
  | t.ExactType<t.Mixed>

// The values make this a list of all tags that the compiler completes; the record is for looking up.
const tags: Readonly<Record<IoTsCodec['_tag'], true>> = {
  NullType: true,
  UndefinedType: true,
  VoidType: true,
  UnknownType: true,
  AnyType: true,
  NeverType: true,
  ObjectType: true,
  FunctionType: true,
  StringType: true,
  NumberType: true,
  BigIntType: true,
  BooleanType: true,
  AnyArrayType: true,
  AnyDictionaryType: true,
  LiteralType: true,
  KeyofType: true,
  RefinementType: true,
  RecursiveType: true,
  ArrayType: true,
  ReadonlyArrayType: true,
  InterfaceType: true,
  StrictType: true,
  PartialType: true,
  DictionaryType: true,
  UnionType: true,
  IntersectionType: true,
  TupleType: true,
  ReadonlyType: true,
  ExactType: true,
}

/** The codec as one of io-ts, or `undefined` when it was made in another way and shows nothing but its functions. */
export const asIoTsCodec = (codec: t.Mixed): IoTsCodec | undefined =>
  '_tag' in codec && typeof codec._tag === 'string' && Object.hasOwn(tags, codec._tag)
    ? // The tag is that of one of them, and io-ts sets it on no other class.
      (codec as unknown as IoTsCodec)
    : undefined

/** The codecs that a codec is made of. */
export const childCodecs = (codec: t.Mixed): ReadonlyArray<t.Mixed> => {
  const it = asIoTsCodec(codec)
  switch (it?._tag) {
    case 'RefinementType':
    case 'RecursiveType':
    case 'ArrayType':
    case 'ReadonlyArrayType':
    case 'ReadonlyType':
    case 'ExactType':
      return [it.type]
    case 'InterfaceType':
    case 'StrictType':
    case 'PartialType':
      return Object.values(it.props)
    case 'DictionaryType':
      return [it.codomain]
    case 'UnionType':
    case 'IntersectionType':
    case 'TupleType':
      return it.types
    default:
      return []
  }
}
