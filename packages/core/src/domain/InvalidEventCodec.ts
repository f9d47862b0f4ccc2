/**
 * An event codec is invalid: a version is missing or duplicate, or replacements form a circle. Each problem is a
 * sentence.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidEventCodec {
  readonly _tag: 'InvalidEventCodec'
  readonly problems: ReadonlyArray<string>
}
