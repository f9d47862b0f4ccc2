/**
 * A codec of which no values can be made. Each problem is a sentence that starts with the place in the value and says what to do.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NoArbitrary {
  readonly _tag: 'NoArbitrary'
  readonly problems: ReadonlyArray<string>
}
