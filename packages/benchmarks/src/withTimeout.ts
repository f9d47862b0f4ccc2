/**
 * Returns the answer, or rejects when there is none within a number of milliseconds. The work itself continues.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withTimeout = <A>(milliseconds: number, answer: Promise<A>, what: string): Promise<A> =>
  new Promise((resolve, reject) => {
    const late = () => reject({ message: `${what} did not end within ${Math.round(milliseconds / 1_000)} s` })
    const timer = setTimeout(late, milliseconds)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
