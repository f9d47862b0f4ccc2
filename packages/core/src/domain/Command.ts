/**
 * A request that may be refused: a name and its data, the same shape as an {@link Event}.
 *
 * @category model
 * @since 0.1.0
 */
export interface Command<Type extends string = string, Data = unknown> {
  readonly type: Type
  readonly data: Data
}
