import type * as t from 'io-ts'
import { partsOf } from './CodecParts.ts'

/** Codecs of io-ts that need no name of their own in a document. */
const basic = /^(Null|Undefined|Void|Unknown|Any|Never|String|Number|BigInt|Boolean|AnyArray|AnyDictionary|Object)Type$/

/**
 * The name under which a document defines a codec, or `undefined` for a codec without a name of its own. The names that
 * io-ts makes, such as `{ a: string }` and `Array<string>`, have characters that a name in a document cannot have. Only
 * the names of literals may look like names that an author chose.
 */
export const componentName = (codec: t.Any): string | undefined => {
  const { _tag = '', name, value } = partsOf(codec)
  if (basic.test(_tag) || name === 'Int' || (_tag === 'LiteralType' && name === JSON.stringify(value))) return undefined
  return /^[A-Za-z][A-Za-z0-9._-]*$/.test(name) ? name : undefined
}

/** A name for a codec that must have one, because it is recursive. */
export const recursiveName = (codec: t.Any): string =>
  componentName(codec) ?? `Recursive_${codec.name.replaceAll(/[^A-Za-z0-9._-]+/g, '_')}`
