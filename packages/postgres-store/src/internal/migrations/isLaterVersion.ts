const numbersOf = (version: string): ReadonlyArray<number> => (version.split('-')[0] ?? '').split('.').map(Number)

/**
 * Whether the first version is later than the second. Compares them as the migration script does: the part after a
 * hyphen does not count.
 */
export const isLaterVersion = (version: string, than: string): boolean => {
  const [first, second] = [numbersOf(version), numbersOf(than)]
  const differs = first.findIndex((number, i) => number !== second[i])
  return differs >= 0 && (first[differs] ?? 0) > (second[differs] ?? -1)
}
