/**
 * A fact that happened: a name and its data, nothing else.
 *
 * @category model
 * @since 0.1.0
 */
export interface Event<Type extends string = string, Data = unknown> {
  readonly type: Type
  readonly data: Data
}
