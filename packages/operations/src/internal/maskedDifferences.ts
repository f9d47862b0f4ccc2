import type { Difference } from '../Difference.ts'
import { hidden } from './hide.ts'
import { partsOf } from './parts.ts'

interface Part {
  readonly path: ReadonlyArray<string>
  readonly part: unknown
}

/** The part of a masked value at a path. A path names the entries of sets, so it ends at one that is hidden. */
const partAt = (value: unknown, [name, ...rest]: ReadonlyArray<string>): Part => {
  if (name === undefined) return { path: [], part: value }
  const parts = partsOf(value)
  if (parts === undefined) return { path: [], part: hidden }
  if (!parts.has(name)) return { path: [hidden], part: hidden }
  const { path, part } = partAt(parts.get(name), rest)
  return { path: [name, ...path], part }
}

/** The same differences, with the parts of two masked values. */
export const maskedDifferences = (
  differences: ReadonlyArray<Difference>,
  before: unknown,
  after: unknown,
): ReadonlyArray<Difference> =>
  differences.map((one) => {
    const old = 'before' in one ? partAt(before, one.path) : undefined
    const now = 'after' in one ? partAt(after, one.path) : undefined
    return {
      path: (now ?? old)?.path ?? [],
      ...(old === undefined ? undefined : { before: one.before === undefined ? undefined : old.part }),
      ...(now === undefined ? undefined : { after: one.after === undefined ? undefined : now.part }),
    }
  })
