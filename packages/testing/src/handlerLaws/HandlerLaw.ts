import type { EventStore, HandlerStore, InlineStore, LogTail } from '@foldlog/core'

/**
 * A store that the laws are held against, and what closes it. Each law makes one of its own, and stops it. They may share what they store, because each
 * law makes handlers of its own; only those of the group `the end of the log` begin with an empty one.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStoreUnderTest {
  readonly store: EventStore & LogTail & HandlerStore & InlineStore & { readonly stop: () => Promise<void> }
  readonly close: () => Promise<void>
}

/**
 * Makes a store for one law.
 *
 * @category model
 * @since 0.1.0
 */
export type MakeHandlerStore = () => Promise<HandlerStoreUnderTest>

export type Subject = HandlerStoreUnderTest['store']

/**
 * A promise of every store of handlers: it holds when `run` ends without an error.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerLaw {
  readonly group: string
  readonly name: string
  readonly run: () => Promise<void>
}

/** A law before it knows its store. */
export interface Check {
  readonly name: string
  readonly check: (store: Subject) => Promise<void>
}

export const law = (name: string, check: Check['check']): Check => ({ name, check })

export interface Group {
  readonly group: string
  readonly checks: ReadonlyArray<Check>
}

export const groupOf = (group: string, checks: ReadonlyArray<Check>): Group => ({ group, checks })
