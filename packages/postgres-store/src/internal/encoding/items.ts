import type { CheckedQuery } from '@foldlog/core/store'

/** The items of a query as foldlog.matches_item reads them. */
export const itemsOf = (query: CheckedQuery) =>
  query.map(({ types, tags, streams, categories }) => [types, tags, streams, categories])
