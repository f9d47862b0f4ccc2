/**
 * A stored view that its codec cannot decode. `why` says where, and what was expected there: `view.count: expected Int,
 * got "two"`.
 *
 * @category errors
 * @since 0.1.0
 */
export interface ViewDecodeFailure {
  readonly _tag: 'ViewDecodeFailure'
  readonly projection: string
  readonly key: string
  readonly why: string
}
