/**
 * A value with the key of the member of a family of deciders to which it belongs.
 *
 * @category model
 * @since 0.1.0
 */
export interface Keyed<K, A> {
  readonly key: K
  readonly value: A
}
