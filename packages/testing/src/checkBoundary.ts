import type { Command, Event, Tagged } from '@foldlog/core'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import type { BoundaryLike } from './BoundaryLike.ts'
import { type ErasedBoundary, erased, guarded, placed, verdictOf } from './internal/boundaryVerdict.ts'
import { format } from './internal/format.ts'
import { count, readNumber, readRun } from './internal/readNumbers.ts'
import { tryCatch } from './internal/tryCatch.ts'

/**
 * Options for the check of boundaries. `commands` are single commands of any of them; the check builds histories. An
 * invariant is a condition on all events of a history, which must hold after every command. `maxCommands` is the length
 * of the longest history, 20 by default; `numRuns` the number of histories, 100 by default; `seed` makes them
 * repeatable.
 *
 * @category model
 * @since 0.1.0
 */
export interface CheckBoundaryOptions {
  readonly commands: fc.Arbitrary<Command>
  readonly invariants?: Readonly<Record<string, (events: ReadonlyArray<Event>) => boolean>> | undefined
  readonly maxCommands?: number | undefined
  readonly numRuns?: number | undefined
  readonly seed?: number | undefined
}

type Past = ReadonlyArray<Tagged<Event>>

const shownPast = (past: Past): string =>
  past.length === 0 ? '  nothing' : past.map(({ event, stream }) => `  ${stream}: ${format(event)}`).join('\n')

const shownVerdict = (verdict: E.Either<unknown, ReadonlyArray<Event>>): string =>
  E.isLeft(verdict) ? `the error ${format(verdict.left)}` : `the events ${format(verdict.right)}`

const failure = (law: string, past: Past, command: Command, more: ReadonlyArray<string>): string =>
  [law, 'given', shownPast(past), 'when', `  ${format(command)}`, ...more].join('\n')

/** Why the verdict depends on events that the guard leaves out, `undefined` when it does not. */
const unguarded = (boundary: ErasedBoundary, command: Command, past: Past): string | undefined => {
  const isGuarded = guarded(boundary, command)
  const kept = past.filter(isGuarded)
  if (kept.length === past.length) return undefined
  // Two histories that agree on the guard have the same events left: so it is enough to compare each with these.
  const [whole, part] = [verdictOf(boundary, command, past), verdictOf(boundary, command, kept)]
  if (format(whole) === format(part)) return undefined
  return failure('Unguarded: the decision reads what its guard leaves out', past, command, [
    `it decides ${shownVerdict(whole)}`,
    `and without what the guard leaves out ${shownVerdict(part)}`,
    'the guard leaves out',
    shownPast(past.filter((one) => !isGuarded(one))),
  ])
}

/** Runs one command; returns the history after it, or which law is broken. */
const runCommand = (
  boundaries: ReadonlyArray<ErasedBoundary>,
  { invariants = {} }: Pick<CheckBoundaryOptions, 'invariants'>,
  past: Past,
  command: Command,
): E.Either<string, Past> => {
  const boundary = boundaries.find(({ commands }) => commands.includes(command.type))
  if (boundary === undefined) return E.left(`no boundary has the command ${command.type}`)
  const ran = tryCatch(() => [verdictOf(boundary, command, past), verdictOf(boundary, command, past)] as const)
  if (E.isLeft(ran)) return E.left(failure(`Threw: ${ran.left}`, past, command, []))
  const [verdict, again] = ran.right
  if (format(verdict) !== format(again))
    return E.left(failure('Impure: the same question has two answers', past, command, []))
  const leak = unguarded(boundary, command, past)
  if (leak !== undefined) return E.left(leak)
  if (E.isLeft(verdict)) return E.right(past)
  const next: Array<Tagged<Event>> = [...past]
  for (const event of verdict.right) {
    const encoded = boundary.events.encode(event)
    const one = placed(boundary, command)(event)
    if (E.isLeft(encoded))
      return E.left(failure(`NotEncoded: ${encoded.left.path}: ${encoded.left.why}`, past, command, []))
    if (E.isLeft(one)) return E.left(failure(`NotPlaced: ${one.left}`, past, command, []))
    next.push(one.right)
  }
  const events = next.map(({ event }) => event)
  const broken = Object.entries(invariants).find(([, holds]) => !holds(events))
  return broken === undefined
    ? E.right(next)
    : E.left(failure(`InvariantBroken: ${broken[0]}`, past, command, [`it decides ${shownVerdict(verdict)}`]))
}

const runHistory = (
  boundaries: ReadonlyArray<ErasedBoundary>,
  options: CheckBoundaryOptions,
  commands: ReadonlyArray<Command>,
): string | undefined => {
  let past: Past = []
  for (const command of commands) {
    const ran = runCommand(boundaries, options, past, command)
    if (E.isLeft(ran)) return ran.left
    past = ran.right
  }
  return undefined
}

/**
 * Checks boundaries that decide on the events of each other, with random histories of commands. After every command
 *
 * - the invariants hold;
 * - the decision is the same when it is made again, and does not throw;
 * - every decided event can be stored, and has a stream and tags;
 * - the decision depends on nothing that its guard leaves out: that may change between the read and the append, and
 *   nobody would notice.
 *
 * A failure is shrunk to a short history, and thrown as an error with it. An error is a failed test in every test
 * runner.
 *
 * @category destructors
 * @since 0.1.0
 */
export const checkBoundary = (boundaries: ReadonlyArray<BoundaryLike>, options: CheckBoundaryOptions): void => {
  const all = boundaries.map(erased)
  const { maxCommands, ...run } = options
  const maxLength = readNumber('maxCommands', count(20), maxCommands)
  const histories = fc.array(options.commands, { minLength: 1, maxLength })
  const { commands: _, invariants: __, ...numbers } = run
  const details = fc.check(
    fc.property(histories, (commands) => runHistory(all, options, commands) === undefined),
    readRun(numbers),
  )
  if (!details.failed) return
  const [commands = []] = details.counterexample ?? []
  const why = runHistory(all, options, commands) ?? 'the failure does not repeat itself: the boundary is not pure'
  throw new Error(`${why}\n\nTo find it again: { seed: ${details.seed} }`)
}
