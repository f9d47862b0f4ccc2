/** The index of the first element whose key is that of an earlier one, or -1. */
export const firstRepeated = <A>(list: ReadonlyArray<A>, keyOf: (one: A) => string): number => {
  const seen = new Set<string>()
  return list.findIndex((one) => {
    const key = keyOf(one)
    if (seen.has(key)) return true
    seen.add(key)
    return false
  })
}
