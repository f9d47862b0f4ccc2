/**
 * An event that was refused before it was written, because it would not come back the same. `path` is where, `data.amount` for example.
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
