import type { HistoryId } from '../store/LogPosition.ts'
import type { Json, JsonRecord } from '../values/Json.ts'
import type { HandlerRef } from './HandlerRef.ts'
import type { SortKey, SortKeyRange } from './SortKey.ts'

/**
 * The kind of a handler's document: a view for queries, the state of a process, a command to send, a timer, a parked
 * event, the reason why the handler has stopped (`stop`), the events that are handled beyond the checkpoint (`gaps`),
 * or those that may have ended a process (`attempts`).
 *
 * @category model
 * @since 0.1.0
 */
export type DocumentKind = 'view' | 'process' | 'command' | 'timer' | 'parked' | 'stop' | 'gaps' | 'attempts'

/**
 * Identifies a document: handler, kind and key. Keys are texts of 1 to 512 characters without NUL; they sort by code
 * point.
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentRef extends HandlerRef {
  readonly kind: DocumentKind
  readonly key: string
}

/**
 * A document that a handler stores. `due` is when it becomes due, `null` for never. `requestedAction` is the action
 * that an operator has requested, see {@link HandlerStore}`.requestAction`. `position` is the checkpoint with which it
 * was written.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerDocument extends DocumentRef {
  readonly partition: number
  readonly position: number
  readonly data: Json
  readonly due: Date | null
  readonly requestedAction: string | null
}

/**
 * Writes a document, or removes it when `data` is absent. Writing also clears a requested action.
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentChange {
  readonly kind: DocumentKind
  readonly key: string
  readonly data?: Json | undefined
  readonly due?: Date | undefined
}

/**
 * Selects documents of one kind, of the serving generation when none is named. Filters: keys from `from` on and before
 * `to`, keys with the prefix `prefix`, these partitions, data whose fields have the values in `where` (an object within
 * it names fields of a nested object), and data whose fields have sort keys within `ranges`.
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentFilter {
  readonly name: string
  readonly generation?: number | undefined
  readonly kind: DocumentKind
  readonly partitions?: ReadonlyArray<number> | undefined
  readonly where?: JsonRecord | undefined
  readonly ranges?: ReadonlyArray<FieldRange> | undefined
  readonly prefix?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/**
 * Selects documents in an order: by the fields of `order`, then by key, backwards when `descending`. `after` is the key
 * of the document behind which the page begins; with `order`, `afterFields` has the sort keys of its fields. Returns at
 * most `count` documents (1,000 when absent).
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentQuery extends DocumentFilter {
  readonly order?: ReadonlyArray<FieldOrder> | undefined
  readonly descending?: boolean | undefined
  readonly after?: string | undefined
  readonly afterFields?: ReadonlyArray<SortKey> | undefined
  readonly count?: number | undefined
}

/**
 * A field of a document by the names that lead to it, and the range of its sort keys.
 *
 * @category model
 * @since 0.1.0
 */
export interface FieldRange extends SortKeyRange {
  readonly path: ReadonlyArray<string>
}

/**
 * A field by which documents are ordered.
 *
 * @category model
 * @since 0.1.0
 */
export interface FieldOrder {
  readonly path: ReadonlyArray<string>
  readonly descending?: boolean | undefined
}

/**
 * How many documents a filter selects: `count` is their number. The others are those of a {@link DocumentPage}.
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentCount {
  readonly generation: number
  readonly position: number
  readonly history: HistoryId
  readonly count: number
}

/**
 * A page of documents. When they were read, all partitions had handled every event up to `position`; `history` is the
 * history of the log for that position. `end` means that no more documents match.
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentPage {
  readonly generation: number
  readonly position: number
  readonly history: HistoryId
  readonly documents: ReadonlyArray<HandlerDocument>
  readonly end: boolean
}

/**
 * Documents that are due, longest overdue first. `next` is when the next one becomes due, `null` when none does. `now`
 * is the store's time of this decision: a caller that waits for `next` needs no clock that agrees with the store's.
 *
 * @category model
 * @since 0.1.0
 */
export interface DueDocuments {
  readonly documents: ReadonlyArray<HandlerDocument>
  readonly next: Date | null
  readonly now: Date
}
