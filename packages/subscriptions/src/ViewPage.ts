import type { HandlerStore, HistoryId, ViewDecodeFailure } from '@foldlog/core'

/**
 * The part of a store that queries of views need.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewStore = Pick<HandlerStore, 'getDocuments' | 'listDocuments' | 'countDocuments'>

/**
 * A page of views. It contains every event up to `position`; `history` is the history of the log to which that position
 * belongs. `unreadable` lists the views of the page that their codec cannot decode, with the reasons; `views` has the
 * others. For the next page, set `after` to `last`; for the previous page, set `before` to `first`, with the same
 * order. `end` is true when no more views match in this direction: after the page, or before it when the query has
 * `before`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewPage<View> {
  readonly position: number
  readonly history: HistoryId
  readonly views: ReadonlyArray<readonly [key: string, view: View]>
  readonly unreadable: ReadonlyArray<ViewDecodeFailure>
  /** The place of the first view of the page, also when it cannot be decoded; `undefined` when the page is empty. */
  readonly first: string | undefined
  /** The place of the last view of the page; in the order of keys it is its key. */
  readonly last: string | undefined
  readonly end: boolean
}

/**
 * How many views a filter selects: `count` is the number of views, as of `position` of the log in `history`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewCount {
  readonly position: number
  readonly history: HistoryId
  readonly count: number
}
