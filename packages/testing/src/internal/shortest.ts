import type { Failure, History } from './walk.ts'

/** A history without one of its parts, for each of them. */
const shorter = <C, Ev>({ commands, strays }: History<C, Ev>): ReadonlyArray<History<C, Ev>> => [
  ...strays.map((_, i) => ({ commands, strays: strays.toSpliced(i, 1) })),
  ...commands.map((_, i) => ({ commands: commands.toSpliced(i, 1), strays })),
]

/**
 * Leaves out, one by one, what the failure does not need. fast-check shrinks the parts well, but does not try every part; and after the command that
 * fails there is nothing to be told.
 */
export const shortest = <C, Ev, Err>(
  walk: (history: History<C, Ev>) => Failure<C, Ev, Err> | undefined,
  found: { readonly history: History<C, Ev>; readonly failure: Failure<C, Ev, Err> },
): Failure<C, Ev, Err> => {
  const history = { commands: found.failure.commands, strays: found.history.strays }
  for (const one of shorter(history)) {
    const failure = walk(one)
    if (failure !== undefined && failure.law === found.failure.law) return shortest(walk, { history: one, failure })
  }
  return found.failure
}
