import type { Json } from '@foldlog/core'
import type { FieldOrder } from '@foldlog/core/store'

/** A document of the model: its key and its data. */
export interface ModelDocument {
  readonly key: string
  readonly data: Json
}

/** How a query compares a field with a value. */
export type Comparison = 'equalTo' | 'atLeast' | 'moreThan' | 'lessThan' | 'atMost' | 'startsWith'

export interface ModelCondition {
  readonly path: ReadonlyArray<string>
  readonly comparison: Comparison
  readonly value: null | boolean | number | string
}

/** A query as the laws state it. `order`, then the key, is the order. */
export interface ModelQuery {
  readonly conditions: ReadonlyArray<ModelCondition>
  readonly order: ReadonlyArray<FieldOrder>
  readonly descending: boolean
  readonly prefix?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value under a path of names; `undefined` when it is missing. */
const valueAt = (data: unknown, [name, ...path]: ReadonlyArray<string>): unknown => {
  if (name === undefined) return data
  return isRecord(data) && Object.hasOwn(data, name) ? valueAt(Reflect.get(data, name), path) : undefined
}

/** Texts by code point, without a code point of its own for the end. */
export const compareTexts = (a: string, b: string): number => {
  const [left, right] = [Array.from(a), Array.from(b)]
  for (const [i, character] of left.entries()) {
    const other = right[i]
    if (other === undefined) return 1
    if (character !== other) return (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0)
  }
  return left.length - right.length
}

const kindOf = (value: unknown): number => {
  if (value === undefined) return 0
  if (value === null) return 1
  if (Array.isArray(value)) return 5
  return ['boolean', 'number', 'string', '', 'object'].indexOf(typeof value) + 2
}

/** Compares two values of one kind. The laws have no texts of which only what an order ignores differs. */
const compareAlike = (a: unknown, b: unknown): number => {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  return typeof a === 'object' || a === undefined ? 0 : Number(a) - Number(b)
}

const compareValues = (a: unknown, b: unknown): number => kindOf(a) - kindOf(b) || compareAlike(a, b)

const meets = (data: Json, { path, comparison, value }: ModelCondition): boolean => {
  const found = valueAt(data, path)
  if (comparison === 'equalTo') return found === value
  if (kindOf(found) !== kindOf(value) || value === null) return false
  if (comparison === 'startsWith') return typeof found === 'string' && found.startsWith(String(value))
  const compared = compareAlike(found, value)
  const within = { atLeast: compared >= 0, moreThan: compared > 0, lessThan: compared < 0, atMost: compared <= 0 }
  return within[comparison]
}

/** What a query selects, in its order. */
export const select = (
  documents: ReadonlyArray<ModelDocument>,
  { conditions, order, descending, prefix = '', from, to }: ModelQuery,
): ReadonlyArray<ModelDocument> =>
  documents
    .filter(
      ({ key, data }) =>
        key.startsWith(prefix) &&
        (from === undefined || compareTexts(key, from) >= 0) &&
        (to === undefined || compareTexts(key, to) < 0) &&
        conditions.every((condition) => meets(data, condition)),
    )
    .toSorted((a, b) => {
      for (const field of order) {
        const compared = compareValues(valueAt(a.data, field.path), valueAt(b.data, field.path))
        if (compared !== 0) return field.descending ? -compared : compared
      }
      return compareTexts(a.key, b.key) * (descending ? -1 : 1)
    })
