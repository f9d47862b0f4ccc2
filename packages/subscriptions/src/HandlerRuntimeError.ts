/**
 * Handlers did not reach a position in time. Their events are stored, and they will handle them later.
 *
 * @category errors
 * @since 0.1.0
 */
export interface HandlersTimedOut {
  readonly _tag: 'HandlersTimedOut'
  readonly position: number
  readonly late: ReadonlyArray<string>
  readonly milliseconds: number
}

/**
 * This runtime has no handler with that name.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnknownHandler {
  readonly _tag: 'UnknownHandler'
  readonly name: string
  readonly known: ReadonlyArray<string>
}
