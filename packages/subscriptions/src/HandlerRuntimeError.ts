/**
 * Handlers were not as far as somebody waited for, in time. What they are to handle is stored, and they will come to it.
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
 * This runtime has no handler of that name.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnknownHandler {
  readonly _tag: 'UnknownHandler'
  readonly name: string
  readonly known: ReadonlyArray<string>
}
