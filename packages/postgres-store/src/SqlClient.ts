/**
 * What foldlog uses of a client or a transaction of `postgres`: one function, and a second one if it is there. Whatever types, transforms and pool size the
 * client has are its owner's choice; only a serializer for `text`, should it have one, must leave texts as they are.
 *
 * @category model
 * @since 0.1.0
 */
export interface SqlClient {
  readonly unsafe: (
    text: string,
    parameters?: Array<string | null>,
    options?: { readonly prepare?: boolean },
  ) => PromiseLike<unknown> & {
    /** Rows as bytes: no parser or transform of the client's owner touches them. */
    readonly raw: () => PromiseLike<ReadonlyArray<ReadonlyArray<Buffer | null>>>
  }
  /**
   * Hears what is announced on a channel, on a connection of its own that the client opens for it. `begun` is called whenever listening begins, after
   * a lost connection too. Without it a store hears of its own appends only.
   */
  readonly listen?: (
    channel: string,
    onNotification: (payload: string) => void,
    onListening?: () => void,
  ) => PromiseLike<{ readonly unlisten: () => PromiseLike<unknown> }>
}
