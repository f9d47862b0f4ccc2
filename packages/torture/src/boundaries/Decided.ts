import * as t from 'io-ts'

/**
 * What a decision had seen of the events that meet its query: their number, and the position of the last one. Stored
 * with each event of its append. `by` is the id of the first event, which determines the query. A decision on the last
 * event alone does not know the number.
 *
 * @category model
 * @since 0.1.0
 */
export const Decided = t.intersection([
  t.strict({ by: t.string, last: t.number }),
  t.exact(t.partial({ count: t.number })),
])

/**
 * What a decision had seen.
 *
 * @category model
 * @since 0.1.0
 */
export type Decided = t.TypeOf<typeof Decided>
