/**
 * Parts that do not fit together, or invalid settings: all problems at once, each a sentence.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidApplication {
  readonly _tag: 'InvalidApplication'
  readonly problems: ReadonlyArray<string>
}
