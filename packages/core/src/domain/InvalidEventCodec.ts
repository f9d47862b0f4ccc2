/**
 * An event codec that cannot be: a version is missing, stands twice, or replacements go round in a circle. Each problem is a sentence.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidEventCodec {
  readonly _tag: 'InvalidEventCodec'
  readonly problems: ReadonlyArray<string>
}
