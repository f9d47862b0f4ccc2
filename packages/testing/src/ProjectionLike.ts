/**
 * A projection of `@foldlog/subscriptions`, or any of its shape: the keys of the documents that an event touches, and the document of one of them after it,
 * `undefined` when there is none.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProjectionLike<V, Ev> {
  readonly key: (event: Ev) => string | ReadonlyArray<string>
  readonly project: (view: V | undefined, event: Ev, key: string) => V | undefined
}
