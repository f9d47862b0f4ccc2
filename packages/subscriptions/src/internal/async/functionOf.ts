/** A function of a module of Node, in its types; `undefined` when there is no such module here. */
export const functionOf = <F>(module: unknown, name: string): F | undefined => {
  // `node:events` is a function with properties.
  const found: unknown = Object.getOwnPropertyDescriptor(Object(module), name)?.value
  // The documentation of Node has its signature.
  return typeof found === 'function' ? (found as F) : undefined
}
