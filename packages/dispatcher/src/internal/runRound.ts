import type { VersionConflict } from '@foldlog/core'
import { rewoundConflict, versionConflict } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { appendDecisions, historyOf } from './appendDecisions.ts'
import { type Batch, done, type LoadedStates, type Round } from './Batch.ts'
import { type Decisions, decideAll } from './decideAll.ts'
import { decideAgain, failLoad, withStates } from './loadFailures.ts'
import type { PendingCommand } from './PendingCommand.ts'
import { resolvedOf, targetsOf } from './ResolvedStreams.ts'
import { settleWithoutEvents } from './settlements.ts'
import { readStates, type StatesRead, statesToDecideOn } from './statesOf.ts'
import type { Target } from './Target.ts'
import { noneUnshared, unsharedHistories } from './unsharedHistories.ts'

/** The first target whose state is another one now, or in another history than the states of the other targets. */
const changedTarget = (targets: ReadonlyArray<Target>, from: LoadedStates, now: LoadedStates): Target | undefined => {
  const history = historyOf(now)
  return targets.find(({ name }) => {
    const state = now.get(name)
    const before = from.get(name)
    return state?.version !== before?.version || state?.history !== before?.history || state?.history !== history
  })
}

/** The conflict of several states that changed between two reads, for the retry policy: others may go on for ever. */
const conflictOf = (
  { resolved }: Batch,
  target: Target,
  from: LoadedStates,
  now: LoadedStates,
): VersionConflict | undefined => {
  const [before, state] = [from.get(target.name), now.get(target.name)]
  const { stream } = resolvedOf(resolved, target)
  return before === undefined || state === undefined
    ? undefined
    : versionConflict(stream, before.version, state.version)
}

/**
 * Settles commands that store nothing, when the states on which they were decided are still those of the log. A state
 * that was found unchanged has not changed between its two reads. All second reads begin after all first ones have
 * ended, so in between there is a moment at which the log had all these states.
 */
const confirm = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  from: LoadedStates,
  decisions: Decisions,
): Promise<Round> => {
  const targets = targetsOf(commands)
  const now: StatesRead = await readStates(batch, targets, ({ name }) => from.get(name))
  const changed = changedTarget(targets, from, now.states)
  if (changed === undefined) return settleWithoutEvents(batch, decisions, historyOf(now.states))
  return decideAgain(
    batch,
    commands,
    now,
    targets.length === 1 ? undefined : conflictOf(batch, changed, from, now.states),
  )
}

/** Reads states again that are no longer those of the log, although no append has met a conflict. */
const onOutdated = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  from: LoadedStates,
  outdated: ReadonlyArray<Target>,
): Promise<Round> => {
  const read = await readStates(batch, outdated, ({ name }) => from.get(name))
  const states = new Map([...from, ...read.states])
  const [first] = outdated
  const version = (first === undefined ? undefined : from.get(first.name)?.version) ?? 0
  const conflict =
    first === undefined ? undefined : rewoundConflict(resolvedOf(batch.resolved, first).stream, version, version)
  // Counts as a version conflict, so the retry policy limits it: the log may be rewound again and again.
  return decideAgain(batch, commands, { ...read, states }, conflict)
}

/** Decides commands on the states of their targets and appends the events. What is left to decide is the next round. */
export const runRound = async (batch: Batch, round: Round): Promise<Round> => {
  const { resolved } = batch
  const wanted = targetsOf(round.commands)
  const found = statesToDecideOn(batch, wanted, round.loaded)
  const { states: from, failures, confirmed } = found instanceof Promise ? await found : found
  const commands = failures.size === 0 ? round.commands : await withStates(batch, round.commands, failures)
  const targets = commands.length === round.commands.length ? wanted : targetsOf(commands)
  if (targets.some((target) => resolvedOf(resolved, target).found && from.get(target.name)?.version === 0)) {
    batch.returned.push(...commands)
    return done
  }
  // Almost no command names a history.
  const unshared = commands.every(({ readIn }) => readIn === undefined)
    ? noneUnshared
    : await unsharedHistories(batch, commands, from)
  if (E.isLeft(unshared)) return failLoad(batch, commands, unshared.left)
  const outdated = targets.filter(({ name }) => unshared.right.outdated.includes(name))
  if (outdated.length > 0) return onOutdated(batch, commands, from, outdated)
  const decisions = await decideAll(batch, commands, from, unshared.right.unshared)
  const { undecided, appended } = decisions
  const decided = undecided.length === 0 ? commands : commands.slice(0, commands.length - undecided.length)
  const next =
    appended.size > 0
      ? await appendDecisions(batch, decided, from, decisions)
      : confirmed
        ? await settleWithoutEvents(batch, decisions, historyOf(from))
        : await confirm(batch, decided, from, decisions)
  return undecided.length === 0 ? next : { ...next, commands: [...next.commands, ...undecided] }
}
