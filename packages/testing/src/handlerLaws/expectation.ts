/** Fails what is being checked: runners of tests expect an error to be thrown. */
export const fail = (why: string): never => {
  throw new Error(why)
}

/** One text for each value, whatever the order of its keys, in which a date differs from its text and nothing from `undefined`. */
const told = (value: unknown): string => {
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value)
  if (Array.isArray(value)) return `[${value.map(told).join(',')}]`
  // By tag, not `instanceof`: a sandbox of a test runner has classes of its own.
  if (Object.prototype.toString.call(value) === '[object Date]') return `date ${Number(value)}`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${told(Reflect.get(value, key))}`).join(',')}}`
}

const cut = (text: string): string => (text.length > 1_000 ? `${text.slice(0, 1_000)}…` : text)

/** The value is the expected one, to the last key. `what` names it in the message. */
export const same = (actual: unknown, expected: unknown, what: string): void => {
  if (told(actual) !== told(expected))
    fail(`${what}\n  expected ${cut(told(expected))}\n  got      ${cut(told(actual))}`)
}

/** The condition holds, of which `what` says what it is. */
export const holds = (condition: boolean, what: string): void => {
  if (!condition) fail(what)
}
