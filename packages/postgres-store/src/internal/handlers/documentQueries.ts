import type { HistoryId, JsonRecord } from '@foldlog/core'
import type { CheckedDocumentQuery, DocumentCount, DocumentFilter } from '@foldlog/core/store'
import { afterAllKeys, keyRangeOf } from './KeyRange.ts'

/** Encodes a parameter that may be absent, for `nullif` in the statement. */
export const optionalParameter = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value))

/** Fields to compare, or nothing when there are none. */
const fieldsOf = (where: JsonRecord = {}) => (Object.keys(where).length === 0 ? undefined : where)

/**
 * Whether the statement of a query must be planned with its values, so that it may use an index of the handler's views.
 * Planning takes longer than reading some documents by key.
 */
export const needsPlan = ({ kind, where, ranges = [], order = [], descending }: CheckedDocumentQuery): boolean =>
  order.length > 0 || ranges.length > 0 || descending === true || (kind === 'view' && fieldsOf(where) !== undefined)

/** The parameters of foldlog.list_documents. One more than requested shows whether this is the last page. */
export const listParameters = (query: CheckedDocumentQuery): ReadonlyArray<string> => {
  const { first, after, before } = keyRangeOf(query)
  return [
    query.name,
    optionalParameter(query.generation),
    query.kind,
    optionalParameter(query.partitions),
    optionalParameter(fieldsOf(query.where)),
    first,
    after,
    before,
    `${query.count + 1}`,
  ]
}

/** The filter in the form that foldlog.document_conditions reads. */
export const filterOf = (filter: DocumentFilter): object => {
  const { partitions, ranges = [] } = filter
  const { first, before } = keyRangeOf(filter)
  return {
    partitions,
    fields: fieldsOf(filter.where),
    ranges: ranges.map(({ path, from, to }) => [path, from, to]),
    // Conditions that every key meets would make the statement longer.
    first: first === '' ? undefined : first,
    before: before === afterAllKeys ? undefined : before,
  }
}

/** The parameters of foldlog.query_documents. One more than requested shows whether this is the last page. */
export const queryParameters = (query: CheckedDocumentQuery): ReadonlyArray<string> => {
  const { order = [], descending = false, after, afterFields = [] } = query
  const ordering = {
    fields: order.map((field) => [field.path, field.descending === true]),
    descending,
    after: after === undefined ? undefined : [afterFields, after],
  }
  return [
    query.name,
    optionalParameter(query.generation),
    query.kind,
    JSON.stringify(filterOf(query)),
    JSON.stringify(ordering),
    `${query.count + 1}`,
  ]
}

/** Reads the row of foldlog.generation_header. */
export const headerOf = (header: string | undefined): Omit<DocumentCount, 'count'> => {
  // Written by foldlog.generation_header.
  const [generation, position, history] = JSON.parse(header ?? '') as readonly [number, number, HistoryId]
  return { generation, position, history }
}
