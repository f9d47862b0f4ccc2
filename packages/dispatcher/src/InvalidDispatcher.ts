/**
 * Aggregates that conflict with each other, or invalid settings. Each problem is a sentence.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidDispatcher {
  readonly _tag: 'InvalidDispatcher'
  readonly problems: ReadonlyArray<string>
}
