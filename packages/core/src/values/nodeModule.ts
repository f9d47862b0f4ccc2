/**
 * A module of Node itself, such as `node:crypto`, and `undefined` where the program does not run on Node: in a browser,
 * or at an edge. No import names the module, so that a bundle for a browser has nothing to resolve, and one file serves
 * both.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const nodeModule = (name: string): unknown => {
  try {
    return globalThis.process?.getBuiltinModule?.(name)
  } catch {
    // A page may have a `process` of its own.
    return undefined
  }
}
