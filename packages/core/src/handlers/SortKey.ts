import type { Json } from '../values/Json.ts'

/**
 * The place of a JSON value in the order of documents: hexadecimal digits of bytes that sort as the values do. Missing
 * fields come first, then null, false, true, numbers by value, texts by code point, lists, objects. Lists are equal to
 * each other, and so are objects. Texts are compared by their first {@link SortKey}`.textBytes` bytes of UTF-8, because
 * an index holds no longer ones.
 *
 * A store sorts and selects documents by these keys, so that all stores give the same answer. A store with indexes of
 * its own computes the same bytes: foldlog.sort_key of the Postgres store does.
 *
 * @category model
 * @since 0.1.0
 */
export type SortKey = string

/**
 * The sort keys from `from` (inclusive) to `to` (exclusive).
 *
 * @category model
 * @since 0.1.0
 */
export interface SortKeyRange {
  readonly from: SortKey
  readonly to: SortKey
}

/** The first byte of each kind of value. */
const kinds = { missing: '00', null: '01', false: '02', true: '03', number: '04', text: '05', list: '06', object: '07' }

/**
 * The number of bytes of a text that its sort key has.
 *
 * @category constructors
 * @since 0.1.0
 */
const textBytes = 250

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

const hexOf = (bytes: Iterable<number>): string => Array.from(bytes, hex).join('')

/**
 * The bytes of a double sort as unsigned numbers when the sign bit of positive numbers is set, and all bits of negative
 * numbers are inverted.
 */
const numberKey = (value: number): string => {
  const bytes = new Uint8Array(8)
  // JSON has no negative zero.
  new DataView(bytes.buffer).setFloat64(0, value === 0 ? 0 : value)
  const isNegative = (bytes[0] ?? 0) >= 128
  return hexOf(bytes.map((byte, i) => (isNegative ? 255 - byte : i === 0 ? byte + 128 : byte)))
}

/** The first bytes of a text in UTF-8, whose order is that of code points. Each character has at most 4 bytes. */
const textKey = (value: string): string => {
  const bytes: Array<number> = []
  for (const character of value) {
    if (bytes.length >= textBytes) break
    const point = character.codePointAt(0) ?? 0
    const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f)
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(0))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(6), tail(0))
    else bytes.push(0xf0 | (point >> 18), tail(12), tail(6), tail(0))
  }
  return hexOf(bytes.slice(0, textBytes))
}

/**
 * Returns the sort key of a value; `undefined` is a missing field.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (value: Json | undefined): SortKey => {
  if (value === undefined) return kinds.missing
  if (value === null) return kinds.null
  if (typeof value === 'boolean') return value ? kinds.true : kinds.false
  if (typeof value === 'number') return kinds.number + numberKey(value)
  if (typeof value === 'string') return kinds.text + textKey(value)
  return Array.isArray(value) ? kinds.list : kinds.object
}

/**
 * Returns the field of a document at a path of names, or `undefined` when it is missing. A path leads through objects
 * only: the elements of a list have no names.
 *
 * @category destructors
 * @since 0.1.0
 */
const fieldAt = (data: Json, path: ReadonlyArray<string>): Json | undefined => {
  let value: Json | undefined = data
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined
    value = Reflect.get(value, name) as Json | undefined // A value of JSON has values of JSON.
  }
  return value
}

/** The first sort key behind a sort key. */
const behind = (key: SortKey): SortKey => `${key}00`

/** The first sort key behind all that begin with these bytes. */
const behindAll = (bytes: string): SortKey => {
  const shortened = bytes.replace(/(?:ff)+$/, '')
  return shortened.slice(0, -2) + hex(Number.parseInt(shortened.slice(-2), 16) + 1)
}

/** Whether a value is in one kind with others that are less or greater: a number, a text or a boolean. */
type Comparable = boolean | number | string

const ofKind = (value: Comparable): SortKeyRange =>
  typeof value === 'boolean'
    ? { from: kinds.false, to: kinds.number }
    : typeof value === 'number'
      ? { from: kinds.number, to: kinds.text }
      : { from: kinds.text, to: kinds.list }

/**
 * Returns the range of the values that are equal to a value.
 *
 * @category constructors
 * @since 0.1.0
 */
const equalTo = (value: null | Comparable): SortKeyRange => ({ from: of(value), to: behind(of(value)) })

/**
 * Returns the range of the values that are equal to a value, or greater and of its kind.
 *
 * @category constructors
 * @since 0.1.0
 */
const atLeast = (value: Comparable): SortKeyRange => ({ from: of(value), to: ofKind(value).to })

/**
 * Returns the range of the values that are greater than a value, and of its kind.
 *
 * @category constructors
 * @since 0.1.0
 */
const moreThan = (value: Comparable): SortKeyRange => ({ from: behind(of(value)), to: ofKind(value).to })

/**
 * Returns the range of the values that are less than a value, and of its kind.
 *
 * @category constructors
 * @since 0.1.0
 */
const lessThan = (value: Comparable): SortKeyRange => ({ from: ofKind(value).from, to: of(value) })

/**
 * Returns the range of the values that are equal to a value, or less and of its kind.
 *
 * @category constructors
 * @since 0.1.0
 */
const atMost = (value: Comparable): SortKeyRange => ({ from: ofKind(value).from, to: behind(of(value)) })

/**
 * Returns the range of the values that are texts and begin with a text.
 *
 * @category constructors
 * @since 0.1.0
 */
const startsWith = (value: string): SortKeyRange => ({ from: of(value), to: behindAll(of(value)) })

/**
 * Whether the range of a text is exact: a longer text has the sort key of others.
 *
 * @category refinements
 * @since 0.1.0
 */
const isExact = (value: Json): boolean => typeof value !== 'string' || of(value).length < 2 * (1 + textBytes)

/**
 * Functions on {@link SortKey}. The ranges are those of the values that are equal to a value, at least as great, and so
 * on; all but `equalTo` hold values of one kind.
 *
 * @category namespace
 * @since 0.1.0
 */
export const SortKey = {
  of,
  fieldAt,
  equalTo,
  atLeast,
  moreThan,
  lessThan,
  atMost,
  startsWith,
  isExact,
  textBytes,
} as const
