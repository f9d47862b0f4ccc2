/**
 * A codec without an arbitrary for its values. Each problem is a sentence that begins with the place in the value and
 * gives a remedy.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NoArbitrary {
  readonly _tag: 'NoArbitrary'
  readonly problems: ReadonlyArray<string>
}
