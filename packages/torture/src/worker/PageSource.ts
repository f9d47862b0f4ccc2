import type { RecordedEvent } from '@foldlog/core'

/**
 * The answer to a reader that the log went back: events that it saw after `rewound` may be lost.
 *
 * @category model
 * @since 0.1.0
 */
export interface Rewound {
  readonly rewound: number
}

/**
 * A page that was read, and the history of the log in which it was read, when that is known.
 *
 * @category model
 * @since 0.1.0
 */
export interface PageRead {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly history?: string
}

/**
 * The source of a reader, page by page. `next`: the events of the next page, at most `count`, or undefined when there
 * was no answer. `reached`: whether everything up to a position has been returned, called after all writes.
 *
 * @category model
 * @since 0.1.0
 */
export interface PageSource {
  readonly next: (count: number) => Promise<PageRead | Rewound | undefined>
  readonly reached: (position: number) => boolean
}
