/**
 * A command codec is invalid: a type is no name, or has no io-ts codec. Each problem is a sentence.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidCommandCodec {
  readonly _tag: 'InvalidCommandCodec'
  readonly problems: ReadonlyArray<string>
}
