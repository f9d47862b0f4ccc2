import type { ExpectedVersion, Marker } from '@foldlog/core'
import type { Decided } from './boundaries/Decided.ts'

/**
 * An expectation of a stream. With an exact version: `basis` is the id of the event that its writer knows at this
 * version, and `history` the history of the log in which the writer learned it.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamExpectation {
  readonly stream: string
  readonly expected: ExpectedVersion
  readonly basis?: string
  readonly history?: string
}

/**
 * The part of an append for one stream. The ids name the events, and their number. `tagged`: they are those of
 * {@link Decision}. `decided`: the append is decided on the query of the first id, and its condition has `marker`,
 * which is absent when nothing at all may meet the query. `checks`: streams that are only checked.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamAppend extends StreamExpectation {
  readonly ids: ReadonlyArray<string>
  readonly tagged?: boolean
  readonly decided?: Decided
  readonly marker?: Marker
  readonly checks?: ReadonlyArray<StreamExpectation>
}

/**
 * One append, to one stream or several, or all appends of one transaction of a caller: stored as a whole or not at all.
 * `append` is its number in its journal. `holdMs`: how long the transaction stays open after its last append, in
 * milliseconds; `undo`: the transaction is then rolled back.
 *
 * @category model
 * @since 0.1.0
 */
export interface SentAppend {
  readonly is: 'sent'
  readonly append: number
  /** The time of {@link now} at which the entry was written, before the append was sent. */
  readonly at?: number
  readonly writer: string
  readonly how: 'append' | 'transaction'
  readonly holdMs?: number
  readonly undo?: boolean
  readonly parts: ReadonlyArray<StreamAppend>
}

/**
 * The place of the events of one part, as reported to the writer, and the marker of its condition afterwards.
 *
 * @category model
 * @since 0.1.0
 */
export interface AppendLocation {
  readonly firstVersion: number
  readonly positions: ReadonlyArray<number>
  readonly history?: string
  readonly marker?: Marker
}

/**
 * The outcome of an attempt at an append. `unknown`: it may be stored or not. It is retried with the same ids, unless
 * it is `abandoned` on purpose. `tag` is that of the error; `conflicts` are the positions of the events for which
 * conditions were not met, `rewound` is that of the error.
 *
 * @category model
 * @since 0.1.0
 */
export type AppendOutcome =
  | {
      readonly is: 'acknowledged'
      readonly places: ReadonlyArray<AppendLocation>
      readonly at?: number
      readonly tag?: undefined
    }
  | {
      readonly is: 'refused'
      readonly why: string
      readonly tag?: string
      readonly conflicts?: ReadonlyArray<number>
      readonly rewound?: boolean
      readonly at?: number
    }
  | { readonly is: 'unknown'; readonly why: string; readonly tag?: string }
  | { readonly is: 'abandoned'; readonly tag?: undefined }

/**
 * A line of a writer's journal: an append before it is first sent, or an outcome when it is known.
 *
 * @category model
 * @since 0.1.0
 */
export type JournalRecord = SentAppend | (AppendOutcome & { readonly append: number })

/**
 * An append with its recorded outcomes, in order.
 *
 * @category model
 * @since 0.1.0
 */
export interface JournalEntry {
  readonly sent: SentAppend
  readonly outcomes: ReadonlyArray<AppendOutcome>
}

/**
 * The appends of a journal, in order.
 *
 * @category destructors
 * @since 0.1.0
 */
const entries = (records: ReadonlyArray<JournalRecord>): ReadonlyArray<JournalEntry> => {
  const byNumber = new Map<number, { readonly sent: SentAppend; readonly outcomes: Array<AppendOutcome> }>()
  for (const record of records) {
    if (record.is === 'sent') byNumber.set(record.append, { sent: record, outcomes: [] })
    else byNumber.get(record.append)?.outcomes.push(record)
  }
  return [...byNumber.values()]
}

/**
 * The final outcome of an append: an acknowledgement or a rejection overrides all earlier outcomes.
 *
 * @category destructors
 * @since 0.1.0
 */
const last = ({ outcomes }: JournalEntry): AppendOutcome =>
  outcomes.at(-1) ?? { is: 'unknown', why: 'killed before the answer' }

/**
 * The appends that a successor has to resend: those that are neither settled nor abandoned.
 *
 * @category destructors
 * @since 0.1.0
 */
const unsettled = (records: ReadonlyArray<JournalRecord>): ReadonlyArray<SentAppend> =>
  entries(records)
    .filter((entry) => last(entry).is === 'unknown')
    .map(({ sent }) => sent)

/**
 * Functions on the journals of writers.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Journal = { entries, last, unsettled } as const
