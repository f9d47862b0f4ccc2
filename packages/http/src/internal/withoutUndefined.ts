import * as t from 'io-ts'

/** The codec of an optional parameter, without `undefined`. */
export const withoutUndefined = (codec: t.Any): t.Any => {
  // The tag of an io-ts codec determines its parts.
  const { _tag, types = [] } = codec as t.Any & { readonly _tag?: string; readonly types?: ReadonlyArray<t.Any> }
  if (_tag !== 'UnionType') return codec
  const [first, second, ...others] = types.filter(({ name }) => name !== 'undefined')
  if (first === undefined) return codec
  return second === undefined ? first : t.union([first, second, ...others])
}
