import type { Append, AppendError, Appended, HistoryId, StreamCheck, StreamName, VersionConflict } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { Batch, LoadedStates, Round } from './Batch.ts'
import type { Decisions } from './decideAll.ts'
import { decideAgain } from './loadFailures.ts'
import type { PendingCommand } from './PendingCommand.ts'
import { resolvedOf, targetsOf } from './ResolvedStreams.ts'
import type { LoadedState } from './StateLoader.ts'
import {
  bisect,
  failAll,
  hasEvents,
  settle,
  settleIfNew,
  settleStoredCommands,
  settleWithoutEvents,
} from './settlements.ts'
import { readStates } from './statesOf.ts'
import type { Target } from './Target.ts'
import { toDispatched } from './toDispatched.ts'

/** Decisions with events, the states that they began with, and the targets of all their commands. */
interface Decided {
  readonly batch: Batch
  readonly commands: ReadonlyArray<PendingCommand>
  readonly targets: ReadonlyArray<Target>
  readonly from: LoadedStates
  readonly decisions: Decisions
}

/**
 * Whether `evolve` may have changed the state of a stream in place: it has returned the object that it got. Such an
 * object may no longer be the state of its version, so after a conflict the state is read again.
 */
const mayBeChanged = ({ decisions, from }: Decided, name: StreamName): boolean => {
  const before = from.get(name)?.state
  const after = decisions.states.get(name)?.state
  return typeof before === 'object' && before !== null && after === before && decisions.appended.has(name)
}

const streamOf = ({ batch }: Decided, target: Target): StreamName => resolvedOf(batch.resolved, target).stream

/** The streams on which decisions rest, and which get no events. */
const checksOf = (decided: Decided): ReadonlyArray<StreamCheck> => {
  const { targets, from, decisions } = decided
  if (decisions.appended.size === targets.length) return []
  return targets.flatMap((target) => {
    const state = from.get(target.name)
    return state === undefined || decisions.appended.has(target.name)
      ? []
      : [{ stream: streamOf(decided, target), expected: state.version, history: state.history }]
  })
}

/** The appends of decisions, in the order of the log. The checks of one hold for all of them. */
const appendsOf = (decided: Decided): ReadonlyArray<Append> => {
  const { from, decisions } = decided
  const checks = checksOf(decided)
  const appends: Array<Append> = []
  for (const [name, { stream, newEvents: events }] of decisions.appended) {
    const state = from.get(name)
    if (state === undefined) continue
    const append = { stream, expected: state.version, events, history: state.history }
    appends.push(appends.length === 0 && checks.length > 0 ? { ...append, checks } : append)
  }
  return appends
}

/** Reads the streams of all targets again: the events after a state, or all when the state is gone from the log. */
const onConflict = async (decided: Decided, error: VersionConflict): Promise<Round> => {
  const { batch, commands, targets, from } = decided
  const { logger } = batch
  const conflicts = new Map([error, ...(error.others ?? [])].map((conflict) => [conflict.stream, conflict]))
  const outdated = new Set<StreamName>()
  for (const target of targets) {
    const stream = streamOf(decided, target)
    const state = from.get(target.name)
    const conflict = conflicts.get(stream)
    if (conflict === undefined || state === undefined) continue
    const facts = { stream, commands: commands.length, actual: conflict.actual }
    // Versions only grow, unless the log is rewound.
    if (conflict.rewound === true || conflict.actual < state.version) {
      const { version, history } = state
      logger.warn('the log was rewound; deciding commands again on its current events', { ...facts, version, history })
      outdated.add(target.name)
    } else logger.debug('version conflict; deciding commands again', facts)
  }
  const known = ({ name }: Target): LoadedState | undefined =>
    outdated.has(name) || mayBeChanged(decided, name) ? undefined : from.get(name)
  return decideAgain(batch, commands, await readStates(batch, targets, known), error)
}

const onAppendFailed = async (decided: Decided, error: AppendError): Promise<Round> => {
  const { batch, commands, targets, decisions, from } = decided
  const { states } = batch
  for (const target of targets) if (mayBeChanged(decided, target.name)) states.forget(streamOf(decided, target))
  switch (error._tag) {
    case 'VersionConflict':
      return onConflict(decided, error)
    case 'EventIdReused':
      return settleStoredCommands(batch, commands, decisions, error, historyOf(from))
    case 'InvalidInput':
      return bisect(batch, commands, error)
    case 'StreamDeleted': {
      states.forget(error.stream)
      const uses = ({ targets: own }: PendingCommand) =>
        own.some((target) => streamOf(decided, target) === error.stream)
      const failed = commands.filter(uses)
      // A store that names another stream must not make the commands begin again for ever.
      if (failed.length === 0) return settleIfNew(batch, failAll(commands, error))
      await settleIfNew(batch, failAll(failed, error))
      return { commands: commands.filter((pending) => !uses(pending)) }
    }
    default:
      for (const target of targets) states.forget(streamOf(decided, target))
      return settle(failAll(commands, error))
  }
}

/** The history of states that are those of one moment. */
export const historyOf = (states: LoadedStates): HistoryId => states.values().next().value?.history ?? ''

const onAppended = (decided: Decided, results: ReadonlyArray<Appended>): Promise<Round> => {
  const { batch, from, decisions } = decided
  const appended = new Map<StreamName, Appended>()
  let i = 0
  for (const [name, { target, stream }] of decisions.appended) {
    const result = results[i++]
    const { snapshotAt = 0 } = from.get(name) ?? {}
    if (result === undefined) continue
    appended.set(name, result)
    const { version, history } = result
    const { state } = decisions.states.get(name) ?? {}
    batch.states.keep(target.aggregate, stream, { state, version, history, snapshotAt })
  }
  const history = results[0]?.history ?? ''
  for (const one of decisions.accepted) {
    if (hasEvents(one)) one.pending.settle(toDispatched(one, history, appended))
  }
  return settleWithoutEvents(batch, decisions, history)
}

/** Appends the events of decisions, and settles their commands. What is left to decide is the next round. */
export const appendDecisions = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  from: LoadedStates,
  decisions: Decisions,
): Promise<Round> => {
  const decided: Decided = { batch, commands, targets: targetsOf(commands), from, decisions }
  const appends = appendsOf(decided)
  const [only] = appends
  const { store } = batch
  const result = await (appends.length === 1 && only !== undefined ? store.append(only)() : store.appendAll(appends)())
  if (E.isLeft(result)) return onAppendFailed(decided, result.left)
  const results = 'stream' in result.right ? [result.right] : result.right
  const repeated = results.find((one) => one.repeated)
  return repeated === undefined
    ? onAppended(decided, results)
    : settleStoredCommands(
        batch,
        commands,
        decisions,
        storeUnavailable('the store reports a repeated append but does not find its events', false, repeated),
        repeated.history,
      )
}
