import type { HistoryId } from '../store/LogPosition.ts'
import type { Json, JsonRecord } from '../values/Json.ts'
import type { HandlerRef } from './HandlerRef.ts'

/**
 * What a document of a handler is: a view that is queried, the state of a process, a command that is to be sent, a timer, an event that
 * is parked, why the handler is to do nothing more, or what is done beyond the checkpoint.
 *
 * @category model
 * @since 0.1.0
 */
export type DocumentKind = 'view' | 'process' | 'command' | 'timer' | 'parked' | 'stop' | 'gaps'

/**
 * Which document: its handler, kind and key. Keys are texts of 1 to 512 characters without NUL; they sort by code point.
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentRef extends HandlerRef {
  readonly kind: DocumentKind
  readonly key: string
}

/**
 * What a handler keeps. `due` is when it wants to be found again, if ever; `wish` is what somebody outside has asked for it, see
 * {@link HandlerStore}`.wish`. `position` is the checkpoint that it was written with.
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
 * A document written anew, or removed when `data` is absent. Writing takes back a wish.
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentChange {
  readonly kind: DocumentKind
  readonly key: string
  readonly data?: Json
  readonly due?: Date
}

/**
 * Which documents to read: of one kind, of the generation that serves when none is named; ordered by key, after the key `after`, with the prefix
 * `prefix`, of these partitions; those whose data has these fields with these values; `count` at most (1,000 when absent).
 *
 * @category model
 * @since 0.1.0
 */
export interface DocumentQuery {
  readonly name: string
  readonly generation?: number
  readonly kind: DocumentKind
  readonly partitions?: ReadonlyArray<number>
  readonly where?: JsonRecord
  readonly prefix?: string
  readonly after?: string
  readonly count?: number
}

/**
 * A page of documents. `position`: every event up to it had been handled in all partitions when the documents were
 * read; `history` is the history of the log in which that position is. `end` says that no more match.
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
 * Documents that are due, the longest waiting first, and when the next one will be; `null` when none will. `now` is the time of the store by which that was
 * judged: whoever waits for the next needs no clock of his own that agrees with it.
 *
 * @category model
 * @since 0.1.0
 */
export interface DueDocuments {
  readonly documents: ReadonlyArray<HandlerDocument>
  readonly next: Date | null
  readonly now: Date
}
