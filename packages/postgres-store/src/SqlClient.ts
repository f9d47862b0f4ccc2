/**
 * The part of a `postgres` client or transaction that foldlog uses: one function, and `listen` if the client has it.
 * Its types, transforms and pool size are its owner's choice. Only a serializer for `text`, if there is one, must leave
 * texts unchanged.
 *
 * @category model
 * @since 0.1.0
 */
export interface SqlClient {
  readonly unsafe: (
    text: string,
    parameters?: Array<string | null>,
    options?: { readonly prepare?: boolean | undefined },
  ) => PromiseLike<unknown> & {
    /** Returns rows as bytes: no parser or transform of the client's owner changes them. */
    readonly raw: () => PromiseLike<ReadonlyArray<ReadonlyArray<Buffer | null>>>
  }
  /**
   * Reserves a connection, which holds a lock of its session while indexes are created on it. Without this function the
   * store creates none.
   */
  readonly reserve?: (() => PromiseLike<Pick<SqlClient, 'unsafe'> & { readonly release: () => unknown }>) | undefined
  /**
   * Listens on a channel, on a separate connection that the client opens for it. `onListening` is called whenever
   * listening begins, also after a lost connection. Without this function a store notices only its own appends.
   */
  readonly listen?:
    | ((
        channel: string,
        onNotification: (payload: string) => void,
        onListening?: () => void,
      ) => PromiseLike<{ readonly unlisten: () => PromiseLike<unknown> }>)
    | undefined
}
