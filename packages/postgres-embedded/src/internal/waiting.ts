const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Repeats `check` until it returns a value, for at most `limit` milliseconds; then returns undefined. */
export const waitFor = async <A>(
  limit: number,
  check: () => Promise<A | undefined> | A | undefined,
): Promise<A | undefined> => {
  const end = performance.now() + limit
  for (let delay = 4; ; delay = Math.min(delay * 1.5, 100)) {
    const answer = await check()
    if (answer !== undefined || performance.now() > end) return answer
    // Jitter, so that two processes that wait for each other do not stay in step.
    await pause(delay * (0.5 + Math.random()))
  }
}
