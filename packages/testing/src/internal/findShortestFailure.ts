import * as fc from 'fast-check'
import { type Failure, type History, isSameViolation } from './runHistory.ts'

/** The space of a search: single commands and stray events, and the check of a history of them. */
export interface HistorySpace<C, Ev, Err> {
  readonly commands: fc.Arbitrary<C>
  readonly events: fc.Arbitrary<Ev> | undefined
  readonly run: (history: History<C, Ev>, wanted?: Failure<C, Ev, Err>) => Failure<C, Ev, Err> | undefined
}

/** A history that fails, and how fast-check finds it again. */
export interface FoundFailure<C, Ev, Err> {
  readonly history: History<C, Ev>
  readonly failure: Failure<C, Ev, Err>
  readonly seed: number
  readonly path: string
}

/**
 * Searches for a failure in histories of at most `maxCommands` commands, and shrinks it; with `like` no other failure
 * counts.
 */
const findFailure = <C, Ev, Err>(
  { commands, events, run: walk }: HistorySpace<C, Ev, Err>,
  maxCommands: number,
  run: fc.Parameters<unknown>,
  like?: Failure<C, Ev, Err>,
): FoundFailure<C, Ev, Err> | undefined => {
  const histories = fc.record({
    commands: fc.array(commands, { minLength: 1, maxLength: maxCommands, size: 'max' }),
    strays: events === undefined ? fc.constant([]) : fc.array(events, { maxLength: 3 }),
  })
  // The last failure is the smallest: every other that fast-check tries on the way is larger, or does not fail. It is
  // not checked again, as a random decision might be another then.
  let last: Pick<FoundFailure<C, Ev, Err>, 'history' | 'failure'> | undefined
  const details = fc.check(
    fc.property(histories, (history) => {
      const wanted = last?.failure ?? like
      const failure = walk(history, wanted)
      if (failure === undefined || (wanted !== undefined && !isSameViolation(failure, wanted))) return true
      last = { history, failure }
      return false
    }),
    run,
  )
  return last === undefined ? undefined : { ...last, seed: details.seed, path: details.counterexamplePath ?? '' }
}

/** A history without one of its parts, for each of them. */
const shorterHistories = <C, Ev>({ commands, strays }: History<C, Ev>): ReadonlyArray<History<C, Ev>> => [
  ...strays.map((_, i) => ({ commands, strays: strays.toSpliced(i, 1) })),
  ...commands.map((_, i) => ({ commands: commands.toSpliced(i, 1), strays })),
]

/**
 * Leaves out, one by one, the parts that the failure does not need: fast-check shrinks the parts well, but does not try
 * to do without every one.
 */
const prune = <C, Ev, Err>(
  space: HistorySpace<C, Ev, Err>,
  found: FoundFailure<C, Ev, Err>,
): FoundFailure<C, Ev, Err> => {
  // The events after the failing command have no effect.
  const history = { commands: found.failure.commands, strays: found.history.strays }
  for (const one of shorterHistories(history)) {
    const failure = space.run(one, found.failure)
    if (failure !== undefined && isSameViolation(failure, found.failure))
      return prune(space, { ...found, history: one, failure })
  }
  return found
}

/** Enough to find a short history of what a longer one has shown. */
const runsForShorter = 1_000

/**
 * Searches for a failure, then for the same failure in ever shorter histories. Where values of several commands have to
 * add up, none can be left out without changing the others, and shrinking alone does not find that.
 */
export const findShortestFailure = <C, Ev, Err>(
  space: HistorySpace<C, Ev, Err>,
  maxCommands: number,
  run: fc.Parameters<unknown>,
): FoundFailure<C, Ev, Err> | undefined => {
  const first = findFailure(space, maxCommands, run)
  if (first === undefined) return undefined
  let found = prune(space, first)
  while (found.failure.commands.length > 1) {
    const length = found.failure.commands.length - 1
    const next = findFailure(space, length, { seed: first.seed, numRuns: runsForShorter }, found.failure)
    if (next === undefined) break
    found = prune(space, next)
  }
  return { ...found, seed: first.seed, path: first.path }
}
