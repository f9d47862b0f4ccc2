/**
 * Node prints a value by the method of this name, at any depth.
 *
 * @category constants
 * @since 0.1.0
 */
export const inspectMethod = Symbol.for('nodejs.util.inspect.custom')

/** How Node prints a value, as it passes it to the method. */
type Inspect = (value: unknown, options: object) => string

/**
 * Lets `console.log` print the facts of an error as texts. An error is a plain object, often inside an `Either`, and
 * Node prints `[Array]` for what is three levels deep. The method is not enumerable: equality, spreads, JSON and copies
 * do not see it.
 *
 * @category errors
 * @since 0.1.0
 */
export const printed = <A extends object>(value: A, texts: () => ReadonlyArray<string>): A =>
  Object.defineProperty(value, inspectMethod, {
    value: (_depth: number, options: object, inspect: Inspect) => inspect(texts(), { ...options, depth: 0 }),
    enumerable: false,
  })
