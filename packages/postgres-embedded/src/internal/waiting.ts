const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Asks `check` again and again until it answers something, at most `limit` milliseconds; undefined then. */
export const waitFor = async <A>(
  limit: number,
  check: () => Promise<A | undefined> | A | undefined,
): Promise<A | undefined> => {
  const end = performance.now() + limit
  for (let delay = 4; ; delay = Math.min(delay * 1.5, 100)) {
    const answer = await check()
    if (answer !== undefined || performance.now() > end) return answer
    // Jitter: two processes that wait for each other must not stay in step.
    await pause(delay * (0.5 + Math.random()))
  }
}
