import type * as t from 'io-ts'

/**
 * The properties of io-ts codecs that a schema needs. The `_tag` determines which of them exist. A copy of io-ts other
 * than ours has other classes, and the same tags.
 */
export interface CodecParts {
  readonly _tag?: string | undefined
  readonly name: string
  readonly value?: boolean | number | string | undefined
  readonly keys?: Readonly<Record<string, unknown>> | undefined
  readonly type?: t.Any | undefined
  readonly domain?: t.Any | undefined
  readonly codomain?: t.Any | undefined
  readonly types?: ReadonlyArray<t.Any> | undefined
  readonly props?: Readonly<Record<string, t.Any>> | undefined
}

// Every property but the name is optional, and every codec has a name.
export const partsOf = (codec: t.Any): CodecParts => codec as unknown as CodecParts

/** Runs a function of a codec. The predicate of a refinement may throw for a value that it does not expect. */
const holds = (f: () => boolean): boolean => {
  try {
    return f()
  } catch {
    return false
  }
}

/** Whether a codec of the application accepts a value: recognizes it, and encodes it to itself. */
export const keeps = (codec: t.Any, value: unknown): boolean =>
  holds(() => codec.is(value) && codec.encode(value) === value)

export const decodes = (codec: t.Any, value: unknown): boolean => holds(() => codec.decode(value)._tag === 'Right')

export const refuses = (codec: t.Any, value: unknown): boolean => holds(() => codec.decode(value)._tag === 'Left')

/** The keys of a record that has to have them all, or `undefined` for any other record. */
export const keysOf = (domain: t.Any): ReadonlyArray<string> | undefined => {
  const { _tag, value, keys = {}, types = [] } = partsOf(domain)
  switch (_tag) {
    case 'LiteralType':
      return typeof value === 'string' ? [value] : undefined
    case 'KeyofType':
      return Object.keys(keys)
    case 'UnionType': {
      const all = types.map(keysOf)
      return all.some((one) => one === undefined) ? undefined : all.flatMap((one) => one ?? [])
    }
    default:
      return undefined
  }
}

/** Something that no codec takes for its own, unless it takes everything. */
const strangers = [Symbol('stranger'), null, {}, () => undefined]

/**
 * The codec of the items of a codec that decodes an array. Such a codec of io-ts-types shows only its functions, but an
 * error names the codec that found the mistake. So it is given an array with a wrong item.
 */
export const itemOf = (codec: t.Any): t.Any | undefined => {
  for (const stranger of strangers) {
    let item: t.Any | undefined
    holds(() => {
      const decoded = codec.decode([stranger])
      const entry = decoded._tag === 'Left' ? decoded.left[0]?.context[1] : undefined
      // An intermediate codec is a whole one, though its type says decoder.
      if (entry?.key === '0' && 'encode' in entry.type) item = entry.type as t.Any
      return true
    })
    if (item !== undefined) return item
  }
  return undefined
}
