import type * as t from 'io-ts'
import { asIoTsCodec, childCodecs } from './IoTsCodec.ts'

/**
 * Checks whether values may contain values of the same codec. It does not look into a recursive codec, so it
 * terminates.
 */
export const isRecursive = (codec: t.Mixed): boolean =>
  asIoTsCodec(codec)?._tag === 'RecursiveType' || childCodecs(codec).some(isRecursive)

/** The keys of a record that has to have them all, or `undefined` when any key will do. */
export const keysOf = (domain: t.Mixed): ReadonlyArray<string> | undefined => {
  const it = asIoTsCodec(domain)
  switch (it?._tag) {
    case 'LiteralType':
      return typeof it.value === 'string' ? [it.value] : undefined
    case 'KeyofType':
      return Object.keys(it.keys)
    case 'UnionType': {
      const keys = it.types.map(keysOf)
      return keys.some((one) => one === undefined) ? undefined : keys.flatMap((one) => one ?? [])
    }
    default:
      return undefined
  }
}

/** Checks whether there is a finite value, one that needs none of the codecs that are `open`. */
export const terminates = (codec: t.Mixed, open: ReadonlyArray<t.Mixed>): boolean => {
  const it = asIoTsCodec(codec)
  const ends = (part: t.Mixed): boolean => terminates(part, open)
  switch (it?._tag) {
    case 'RecursiveType':
      return !open.includes(codec) && terminates(it.type, [...open, codec])
    case 'UnionType':
      return it.types.some(ends)
    case 'ArrayType':
    case 'ReadonlyArrayType':
    case 'PartialType':
      return true // Empty.
    case 'DictionaryType':
      return keysOf(it.domain) === undefined || ends(it.codomain)
    default:
      return childCodecs(codec).every(ends)
  }
}
