/**
 * Waits for a number of milliseconds.
 *
 * @category combinators
 * @since 0.1.0
 */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Returns the answer, or rejects when there is none in time: on a half-open network a statement never ends.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withTimeout = <A>(milliseconds: number, answer: PromiseLike<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject({ message: `no answer within ${milliseconds} ms` }), milliseconds)
    Promise.resolve(answer)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
