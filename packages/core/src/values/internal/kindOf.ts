import { format } from './format.ts'

const hasThen = (value: object): boolean => typeof Reflect.get(value, 'then') === 'function'

/** A class begins with its word; a method with that name goes on with a parenthesis. */
const isClass = (value: object): boolean => /^class\b(?!\s*\()/.test(Function.prototype.toString.call(value))

/** A function that returns a promise or an iterator, whatever its body returns. */
export const isAsync = (value: unknown): boolean =>
  typeof value === 'function' && /(Async|Generator)/.test(Object.prototype.toString.call(value))

/** What a value is, in a few words. Never throws. */
export const kindOf = (value: unknown): string => {
  try {
    if (typeof value === 'object' && value !== null) return hasThen(value) ? 'a promise' : format(value)
    if (typeof value !== 'function') return format(value)
    if (isAsync(value)) return 'an async function'
    return isClass(value) ? 'a class' : 'a function'
  } catch {
    return format(value)
  }
}
