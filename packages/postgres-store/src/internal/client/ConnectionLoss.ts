/** Whether a connection is lost. It is lost once, for the reason that is given first. */
export interface ConnectionLoss {
  readonly mark: (cause: unknown) => void
  readonly isLost: () => boolean
  readonly reason: () => { readonly cause: unknown } | undefined
  /** Rejects with the first cause. */
  readonly rejection: Promise<never>
  /** Settles as the given promise does, unless the connection is lost by then: then it never settles. */
  readonly unlessLost: <A>(promise: PromiseLike<A>) => Promise<A>
}

export const makeConnectionLoss = (): ConnectionLoss => {
  let loss: { readonly cause: unknown } | undefined
  let rejectAll = (_cause: unknown) => {}
  const rejection = new Promise<never>((_, reject) => {
    rejectAll = reject
  })
  rejection.catch(() => {})
  return {
    mark: (cause) => {
      loss ??= { cause }
      rejectAll(cause)
    },
    isLost: () => loss !== undefined,
    reason: () => loss,
    rejection,
    unlessLost: (promise) =>
      new Promise((resolve, reject) => {
        promise.then(
          (value) => loss ?? resolve(value),
          (cause: unknown) => loss ?? reject(cause),
        )
      }),
  }
}
