/**
 * A value with the key of the member it belongs to, in a family of deciders.
 *
 * @category model
 * @since 0.1.0
 */
export interface Keyed<K, A> {
  readonly key: K
  readonly value: A
}
