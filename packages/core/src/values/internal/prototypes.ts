/**
 * The number of prototypes of an object: at most one for a plain record, two for a plain list, date, map or set, more
 * for most instances of classes. Objects of another realm (a Jest sandbox, a vm) have another `Object.prototype`, so
 * prototypes are counted, not compared.
 */
export const prototypes = (value: object): number => {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null ? 0 : 1 + prototypes(prototype)
}
