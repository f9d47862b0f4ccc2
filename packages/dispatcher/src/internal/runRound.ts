import type { AppendError, Appended } from '@foldlog/core'
import { rewoundConflict, storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { LoadError } from '../DispatchError.ts'
import { type Batch, done, type Round } from './Batch.ts'
import { type Decisions, decideAll } from './decideAll.ts'
import type { PendingCommand } from './PendingCommand.ts'
import type { LoadedState } from './StateLoader.ts'
import { bisect, failAll, settle, settleIfNew, settleStoredCommands, settleWithoutEvents } from './settlements.ts'
import { toDispatched } from './toDispatched.ts'
import { unsharedHistories } from './unsharedHistories.ts'

/** An unreachable store is not queried again: that would only double the wait. */
const onLoadFailed = (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  error: LoadError,
): Promise<Round> | Round =>
  error._tag === 'StoreUnavailable' ? settle(failAll(commands, error)) : settleIfNew(batch, failAll(commands, error))

/**
 * Whether `evolve` may have changed the state in place: it has returned the object that it got. Such an object may no
 * longer be the state of its version, so after a conflict the state is read again.
 */
const mayBeChanged = ({ state, accepted }: Decisions, from: LoadedState): boolean =>
  typeof state === 'object' &&
  state !== null &&
  state === from.state &&
  accepted.some(({ events }) => events.length > 0)

const onAppendFailed = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  decided: Decisions,
  from: LoadedState,
  error: AppendError,
): Promise<Round> => {
  const { states, logger, aggregate, resolved } = batch
  const { stream } = resolved
  const isChanged = mayBeChanged(decided, from)
  if (isChanged) states.forget(stream)
  switch (error._tag) {
    case 'VersionConflict': {
      // Versions only grow, unless the log is rewound.
      const rewound = error.rewound === true || error.actual < from.version
      const facts = { stream, commands: commands.length, actual: error.actual }
      if (rewound) {
        const { version, history } = from
        logger.warn('the log was rewound; deciding commands again on its current events', {
          ...facts,
          version,
          history,
        })
      } else logger.debug('version conflict; deciding commands again', facts)
      const now = await states.load(aggregate, stream, rewound || isChanged ? undefined : from)
      return E.isLeft(now)
        ? onLoadFailed(batch, commands, now.left)
        : { commands, loadedState: now.right, conflict: error }
    }
    case 'EventIdReused':
      return settleStoredCommands(batch, commands, decided, error, from.history)
    case 'InvalidInput':
      return bisect(batch, commands, error)
    case 'StreamDeleted':
      states.forget(stream)
      return settleIfNew(batch, failAll(commands, error))
    default:
      states.forget(stream)
      return settle(failAll(commands, error))
  }
}

const onAppended = (batch: Batch, decided: Decisions, from: LoadedState, result: Appended): Promise<Round> => {
  const { states, aggregate, resolved } = batch
  const { version, history } = result
  states.keep(aggregate, resolved.stream, { state: decided.state, version, history, snapshotAt: from.snapshotAt })
  for (const one of decided.accepted) {
    if (one.events.length > 0) one.pending.settle(toDispatched(resolved.stream, one, history, result))
  }
  return settleWithoutEvents(batch, decided, history)
}

/** Decides commands on a state and appends their events. What is left to decide is the next round. */
export const runRound = async (batch: Batch, { commands, loadedState }: Round): Promise<Round> => {
  const { store, states, effects, aggregate, resolved } = batch
  const { stream } = resolved
  const cached = loadedState ?? states.cached(stream)
  const loaded = cached === undefined ? await states.load(aggregate, stream, undefined) : E.right(cached)
  if (E.isLeft(loaded)) return onLoadFailed(batch, commands, loaded.left)
  const from = loaded.right
  if (resolved.found && from.version === 0) {
    batch.returned.push(...commands)
    return done
  }
  const unshared = await unsharedHistories(store, stream, commands, from)
  if (E.isLeft(unshared)) return onLoadFailed(batch, commands, unshared.left)
  if (unshared.right === undefined) {
    const now = await states.load(aggregate, stream, from)
    // Counts as a version conflict, so the retry policy limits it: the log may be rewound again and again.
    const conflict = rewoundConflict(stream, from.version, from.version)
    return E.isLeft(now) ? onLoadFailed(batch, commands, now.left) : { commands, loadedState: now.right, conflict }
  }
  const decided = await decideAll(aggregate, stream, commands, { ...from, unshared: unshared.right }, effects)
  const events = decided.accepted.flatMap(({ newEvents }) => newEvents)
  if (events.length > 0) {
    const result = await store.append({ stream, expected: from.version, events, history: from.history })()
    if (E.isLeft(result)) return onAppendFailed(batch, commands, decided, from, result.left)
    return result.right.repeated
      ? settleStoredCommands(
          batch,
          commands,
          decided,
          storeUnavailable('the store reports a repeated append but does not find its events', false, result.right),
          result.right.history,
        )
      : onAppended(batch, decided, from, result.right)
  }
  if (cached === undefined || loadedState !== undefined) return settleWithoutEvents(batch, decided, from.history)
  const now = await states.load(aggregate, stream, cached)
  if (E.isLeft(now)) return onLoadFailed(batch, commands, now.left)
  const { version, history } = now.right
  const confirmed = version === cached.version && history === cached.history
  return confirmed ? settleWithoutEvents(batch, decided, history) : { commands, loadedState: now.right }
}
