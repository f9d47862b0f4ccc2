/** Milliseconds: the wait of `Prefer: wait` without a number, and the maximum for any number. */
const defaultWait = 10_000
const maxWait = 30_000

/**
 * Returns how long a request prefers to wait, in milliseconds (RFC 7240: `Prefer: wait=5`), at most 30 seconds;
 * `undefined` without a valid preference. A preference is optional, so an invalid one is ignored.
 *
 * @category destructors
 * @since 0.1.0
 */
const wait = (request: Request): number | undefined => {
  for (const part of request.headers.get('Prefer')?.split(',') ?? []) {
    const found = /^\s*wait(?:\s*=\s*"?(\d+)"?)?\s*(?:;.*)?$/i.exec(part)
    if (found !== null) return Math.min(found[1] === undefined ? defaultWait : Number(found[1]) * 1_000, maxWait)
  }
  return undefined
}

/**
 * Functions on preferences.
 *
 * @category namespace
 * @since 0.1.0
 */
export const PreferHeader = { wait } as const
