import type { Json } from '@foldlog/core'
import { type CheckedDocumentQuery, type DocumentFilter, type FieldOrder, SortKey } from '@foldlog/core/store'
import { byCodePoint, type StoredDocument } from './Handlers.ts'

/** The data was made from JSON by the commit. */
const dataOf = ({ data }: StoredDocument): Json => JSON.parse(data) as Json

/** Whether the data has each of these fields; an object within `where` names fields of an object. */
const has = (data: Json, where: Json): boolean => {
  if (typeof where !== 'object' || where === null || Array.isArray(where)) return data === where
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false
  return Object.entries(where).every(([name, value]) => {
    const field = SortKey.fieldAt(data, [name])
    return field !== undefined && has(field, value)
  })
}

/** Whether a filter selects a document. */
export const selects = ({ kind, partitions, where = {}, ranges = [], prefix = '', from, to }: DocumentFilter) => {
  const needsData = Object.keys(where).length > 0 || ranges.length > 0
  return (document: StoredDocument): boolean => {
    const { key } = document
    if (document.kind !== kind || !key.startsWith(prefix)) return false
    if (from !== undefined && byCodePoint(key, from) < 0) return false
    if (to !== undefined && byCodePoint(key, to) >= 0) return false
    if (partitions !== undefined && !partitions.includes(document.partition)) return false
    if (!needsData) return true
    const data = dataOf(document)
    const isWithin = ranges.every((range) => {
      const found = SortKey.of(SortKey.fieldAt(data, range.path))
      return found >= range.from && found < range.to
    })
    return isWithin && (Object.keys(where).length === 0 || has(data, where))
  }
}

/** Where a document is in an order: the sort keys of its fields, and its key. */
interface Place {
  readonly fields: ReadonlyArray<SortKey>
  readonly key: string
}

const compareSortKeys = (a: SortKey, b: SortKey): number => (a < b ? -1 : a > b ? 1 : 0)

const comparePlaces =
  (order: ReadonlyArray<FieldOrder>, descending: boolean) =>
  (a: Place, b: Place): number => {
    for (const [i, field] of order.entries()) {
      const compared = compareSortKeys(a.fields[i] ?? '', b.fields[i] ?? '')
      if (compared !== 0) return field.descending ? -compared : compared
    }
    const compared = byCodePoint(a.key, b.key)
    return descending ? -compared : compared
  }

/** The documents in the order of a query, from its `after` on. */
export const inOrder = (
  documents: ReadonlyArray<StoredDocument>,
  { order = [], descending = false, after, afterFields = [] }: CheckedDocumentQuery,
): ReadonlyArray<StoredDocument> => {
  const compare = comparePlaces(order, descending)
  const placed = documents.map((document) => {
    const data = order.length === 0 ? null : dataOf(document)
    const fields = order.map(({ path }) => SortKey.of(SortKey.fieldAt(data, path)))
    return { document, key: document.key, fields }
  })
  const begin = after === undefined ? undefined : { fields: afterFields, key: after }
  return placed
    .filter((one) => begin === undefined || compare(one, begin) > 0)
    .sort(compare)
    .map(({ document }) => document)
}
