import type { DocumentKind } from './HandlerDocument.ts'

/**
 * What the store has removed with a handler: all its generations, the checkpoint of the one that served, and the number
 * of documents of each kind, in all generations.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerRemoval {
  readonly generations: ReadonlyArray<number>
  readonly position: number
  readonly documents: Readonly<Record<DocumentKind, number>>
}

/**
 * Members work on the handler, so it cannot be removed, renamed or reset. Stop the processes that run it, then call
 * again. A process that was killed is a member until its lease expires; `until` is the time at which the last of these
 * leases expires.
 *
 * @category errors
 * @since 0.1.0
 */
export interface HandlerInUse {
  readonly _tag: 'HandlerInUse'
  readonly name: string
  readonly members: ReadonlyArray<string>
  readonly until: Date
}
