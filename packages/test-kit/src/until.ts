/**
 * Waits until a condition holds; a rejection counts as false. Rejects after `limit` milliseconds, and names the
 * condition.
 *
 * @category combinators
 * @since 0.1.0
 */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  limit = 60_000,
): Promise<void> => {
  const end = performance.now() + limit
  for (;;) {
    let failure: unknown
    try {
      if (await condition()) return
    } catch (cause) {
      failure = cause
    }
    if (performance.now() > end) {
      throw new Error(`${what}: not within ${limit} ms`, { cause: failure })
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
