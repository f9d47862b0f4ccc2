/**
 * A codec has no schema: the path of the part without one, the name of its codec, and why, with the remedy.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnsupportedCodec {
  readonly _tag: 'UnsupportedCodec'
  readonly path: string
  readonly codec: string
  readonly why: string
}
