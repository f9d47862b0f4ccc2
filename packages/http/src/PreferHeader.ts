/** Milliseconds: what `Prefer: wait` without a number means, and the most that is waited whatever the number. */
const defaultWait = 10_000
const maxWait = 30_000

/**
 * How long a request prefers to wait, in milliseconds (RFC 7240: `Prefer: wait=5`), 30 seconds at most; `undefined` when it says nothing, or nothing that
 * can be understood. Preferences are wishes: nobody is refused for one.
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
