/**
 * An event or a command that was rejected before it was written, because decoding it would not give the same value.
 * `path` is the place of the difference, for example `data.amount`.
 *
 * @category errors
 * @since 0.1.0
 */
export interface EncodeFailure {
  readonly _tag: 'EncodeFailure'
  readonly type: string
  readonly path: string
  readonly why: string
}

/**
 * Makes an {@link EncodeFailure}.
 *
 * @category errors
 * @since 0.1.0
 */
export const encodeFailure = (type: string, path: string, why: string): EncodeFailure => ({
  _tag: 'EncodeFailure',
  type,
  path,
  why,
})
