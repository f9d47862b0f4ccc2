/**
 * What a view answers when its document is to be deleted. The next event of the same key starts a new one.
 *
 * @category model
 * @since 0.1.0
 */
export interface Deleted {
  readonly _tag: 'Deleted'
}

/**
 * The answer of a view that wants its document deleted.
 *
 * @category constructors
 * @since 0.1.0
 */
export const deleted: Deleted = { _tag: 'Deleted' }

/**
 * The pure half of a projection, as far as a scenario needs it: how the document of one key starts, and what it is after an event.
 *
 * @category model
 * @since 0.1.0
 */
export interface View<V, Ev> {
  readonly initialView: V
  readonly evolve: (view: V, event: Ev) => V | Deleted
}

/**
 * A projection as those of `@foldlog/subscriptions` are: the keys of the documents that an event touches, and the document of one after it, `undefined`
 * when there is none.
 *
 * @category model
 * @since 0.1.0
 */
export interface KeyedView<V, Ev> {
  readonly key: (event: Ev) => string | ReadonlyArray<string>
  readonly project: (view: V | undefined, event: Ev, key: string) => V | undefined
}
