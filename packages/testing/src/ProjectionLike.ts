/**
 * A projection of `@foldlog/subscriptions`, or any of its shape. It returns the keys of the documents that an event
 * changes, and the new document of a key, `undefined` when there is none.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProjectionLike<V, Ev> {
  readonly key: (event: Ev) => string | ReadonlyArray<string>
  readonly project: (view: V | undefined, event: Ev, key: string) => V | undefined
}
