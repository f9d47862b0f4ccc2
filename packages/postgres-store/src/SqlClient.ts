/**
 * What foldlog uses of a client or a transaction of `postgres`: one function. Whatever types, transforms and pool size the client has are
 * its owner's choice; only a serializer for `text`, should it have one, must leave texts as they are.
 *
 * @category model
 * @since 0.1.0
 */
export interface SqlClient {
  readonly unsafe: (
    text: string,
    parameters?: Array<string>,
    options?: { readonly prepare?: boolean },
  ) => PromiseLike<unknown> & {
    /** Rows as bytes: no parser or transform of the client's owner touches them. */
    readonly raw: () => PromiseLike<ReadonlyArray<ReadonlyArray<Buffer | null>>>
  }
}
