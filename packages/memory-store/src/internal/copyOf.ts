/** By the tag: an object of another realm (a Jest sandbox) is no instance of this one's class. */
const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)

/**
 * A copy of plain data: records, arrays, maps and dates. What is one object there is one object in the copy.
 * `structuredClone` does the same, and jsdom lacks it.
 */
export const copyOf = <A>(value: A): A => {
  const copies = new Map<object, unknown>()

  const copyObject = (original: object): unknown => {
    switch (tagOf(original)) {
      case 'Date':
        return new Date(Number(original))
      case 'Array':
        // By its tag.
        return (original as ReadonlyArray<unknown>).map(copy)
      case 'Map':
        // By its tag.
        return new Map([...(original as ReadonlyMap<unknown, unknown>)].map(([key, one]) => [copy(key), copy(one)]))
      default:
        return Object.fromEntries(Object.entries(original).map(([name, field]) => [name, copy(field)]))
    }
  }

  const copy = (one: unknown): unknown => {
    if (typeof one !== 'object' || one === null) return one
    const known = copies.get(one)
    if (known !== undefined) return known
    const made = copyObject(one)
    copies.set(one, made)
    return made
  }

  // A copy has the type of the original.
  return copy(value) as A
}
