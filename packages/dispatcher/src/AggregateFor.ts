/**
 * Selects the aggregate, or the joint decision, of a union that handles commands of this type.
 *
 * @category type level
 * @since 0.1.0
 */
export type AggregateFor<A, Type extends string> = A extends { readonly commands: ReadonlyArray<infer Types> }
  ? [Type & Types] extends [never]
    ? never
    : A
  : never
