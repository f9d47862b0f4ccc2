import type { AppendError, Appended, EventStore, HistoryId, Logger, VersionConflict } from '@foldlog/core'
import { rewoundConflict, storeUnavailable } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type { RetryPolicy } from 'retry-ts'
import { retrying } from 'retry-ts/lib/Task.js'
import type { LoadError } from '../DispatchError.ts'
import { type Decisions, decideAll, type EffectOptions } from './decideAll.ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import { findEarlierResults } from './findEarlierResults.ts'
import type { CommandOutcome, PendingCommand } from './PendingCommand.ts'
import type { LoadedState, StateCache } from './StateCache.ts'
import type { ResolvedStream } from './StreamResolver.ts'
import { toDispatched } from './toDispatched.ts'
import { unsharedHistories } from './unsharedHistories.ts'

/** The dependencies of a batch. */
export interface BatchOptions {
  readonly store: EventStore
  readonly states: StateCache
  readonly effects: EffectOptions
  readonly retry: RetryPolicy
  readonly logger: Logger
}

/**
 * Commands to decide, on `loadedState` when that was just read. `conflict` is the version conflict that they met
 * before: with another writer, or because the log was rewound.
 */
interface Round {
  readonly commands: ReadonlyArray<PendingCommand>
  readonly loadedState?: LoadedState
  readonly conflict?: VersionConflict
}

const done: Round = { commands: [] }

interface Settlement {
  readonly pending: PendingCommand
  readonly outcome: CommandOutcome
}

const failAll = (commands: ReadonlyArray<PendingCommand>, error: unknown): ReadonlyArray<Settlement> =>
  commands.map((pending) => ({ pending, outcome: E.left(error) }))

const settle = (settlements: ReadonlyArray<Settlement>): Round => {
  for (const { pending, outcome } of settlements) pending.settle(outcome)
  return done
}

/**
 * Runs commands for one stream: decides them in memory on the evolving state, appends the events with one exact
 * expected version, and decides again after a version conflict. Every command is settled once, or returned. Returned
 * commands were not decided, because their stream was found with events and now has none. No command id may occur
 * twice.
 *
 * Why no result is wrong although the cache may be stale. An accepted command is appended at the exact version at which
 * it was decided, or not at all. A refusal is reported only when the version at which it was decided was the stream's
 * current one: an append of the same batch has proved it, or a read has. The events of a command that was handled
 * before have ids that are stored (see eventIdsOf), so it cannot be stored twice, in whatever process it is repeated.
 *
 * Why no result is based on lost events. After a rewind a stream can reach the same version with other events, so a
 * version alone proves nothing. It is compared together with the history of the log in which it was read.
 * - An append includes the history of its state. The store accepts it only when the event at the expected version is in
 *   the part of the log that both histories share. The versions of a stream follow the positions of the log, so all
 *   earlier events of the stream are in that part too, and the state is the state of the stream. At version 0 there is
 *   nothing to share.
 * - A read confirms a cached state when it finds the same version in the same history. A read in another history drops
 *   the state and folds again, and the commands are decided again.
 * - A state is never folded from two histories (see StateCache), and a state that is cached after an append has the
 *   history in which the append was stored.
 * - A caller that names the history of its expected version is refused when that history does not have the last event
 *   of the state (see unsharedHistories). A state that is no longer the state of the log is read again first.
 * - A plain restart of the server begins a new history and loses nothing. Then the first append of a stream is
 *   accepted, because all of it is shared, and the first refusal costs one fold.
 *
 * Why no caller gets an unproven result. When an append ends with an error other than a refusal, its outcome is
 * unknown: all its commands end with that error, refused ones too, because the state they were refused on may not
 * exist. Nothing of it is cached, so commands waiting behind it start from the store's answer. If the append arrives
 * later nevertheless, its exact version prevents it from being stored beside theirs, and its history prevents it from
 * being stored after other events that have reached that version.
 */
export const runBatch = async (
  options: BatchOptions,
  aggregate: ErasedAggregate,
  resolved: ResolvedStream,
  all: ReadonlyArray<PendingCommand>,
): Promise<ReadonlyArray<PendingCommand>> => {
  const { store, states, effects, retry, logger } = options
  const { stream } = resolved
  /** Commands to return. */
  const returned: Array<PendingCommand> = []
  let idMismatches = 0

  /**
   * Settles commands that store nothing (refused, or no events). If such a command was handled earlier, its stored
   * result wins.
   */
  const settleIfNew = async (settlements: ReadonlyArray<Settlement>, readIn?: HistoryId): Promise<Round> => {
    const withCallerId = settlements.flatMap(({ pending }) => (pending.hasCallerId ? [pending] : []))
    if (withCallerId.length === 0) return settle(settlements)
    const earlier = await findEarlierResults(store, aggregate, stream, withCallerId, readIn)
    const outcomeFor = ({ pending, outcome }: Settlement): CommandOutcome => {
      if (!pending.hasCallerId) return outcome
      return E.isLeft(earlier) ? earlier : (earlier.right.get(pending) ?? outcome)
    }
    return settle(settlements.map((settlement) => ({ pending: settlement.pending, outcome: outcomeFor(settlement) })))
  }

  /** An unreachable store is not queried again: that would only double the wait. */
  const onLoadFailed = (commands: ReadonlyArray<PendingCommand>, error: LoadError): Promise<Round> | Round =>
    error._tag === 'StoreUnavailable' ? settle(failAll(commands, error)) : settleIfNew(failAll(commands, error))

  const settleWithoutEvents = ({ accepted, rejected }: Decisions, history: HistoryId): Promise<Round> =>
    settleIfNew(
      [
        ...accepted.flatMap((one) =>
          one.events.length === 0 ? [{ pending: one.pending, outcome: toDispatched(stream, one, history) }] : [],
        ),
        ...rejected.map(({ pending, error }) => ({ pending, outcome: E.left(error) })),
      ],
      history,
    )

  /**
   * Finds the commands that the store rejects, alone or because of their total size, by splitting the batch into
   * halves, in order.
   */
  const bisect = async (commands: ReadonlyArray<PendingCommand>, error: unknown): Promise<Round> => {
    if (commands.length === 1) return settleIfNew(failAll(commands, error))
    const half = Math.ceil(commands.length / 2)
    returned.push(...(await runBatch(options, aggregate, resolved, commands.slice(0, half))))
    returned.push(...(await runBatch(options, aggregate, resolved, commands.slice(half))))
    return done
  }

  /**
   * Settles commands that are already stored. The others are decided again on a state that includes those; if the cache
   * is behind, their append conflicts.
   */
  const settleStoredCommands = async (
    commands: ReadonlyArray<PendingCommand>,
    decided: Decisions,
    error: unknown,
    readIn: HistoryId,
  ): Promise<Round> => {
    const withEvents = decided.accepted.flatMap(({ pending, events }) => (events.length > 0 ? [pending] : []))
    const earlier = await findEarlierResults(store, aggregate, stream, withEvents, readIn)
    if (E.isLeft(earlier)) return settle(failAll(commands, earlier.left))
    if (earlier.right.size === 0) {
      // The log may have been rewound between the append and the lookup, so all commands are decided again, once.
      // Otherwise the ids are stored, but not as these commands: an application used them for something else. Retrying
      // would not end.
      return idMismatches++ === 0 ? { commands } : bisect(commands, error)
    }
    for (const [pending, outcome] of earlier.right) {
      pending.settle(
        F.pipe(
          outcome,
          // An id without a caller's choice is known to this process only: the store sent the append again after a lost
          // answer.
          E.map((result) => ({ ...result, duplicate: pending.hasCallerId })),
        ),
      )
    }
    return { commands: commands.filter((pending) => !earlier.right.has(pending)) }
  }

  const onAppendFailed = async (
    commands: ReadonlyArray<PendingCommand>,
    decided: Decisions,
    from: LoadedState,
    error: AppendError,
  ): Promise<Round> => {
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
        const now = await states.load(aggregate, stream, rewound ? undefined : from)
        return E.isLeft(now) ? onLoadFailed(commands, now.left) : { commands, loadedState: now.right, conflict: error }
      }
      case 'EventIdReused':
        return settleStoredCommands(commands, decided, error, from.history)
      case 'InvalidInput':
        return bisect(commands, error)
      case 'StreamDeleted':
        states.forget(stream)
        return settleIfNew(failAll(commands, error))
      default:
        states.forget(stream)
        return settle(failAll(commands, error))
    }
  }

  const onAppended = async (decided: Decisions, from: LoadedState, result: Appended): Promise<Round> => {
    const { version, history } = result
    states.keep(aggregate, stream, { state: decided.state, version, history, snapshotAt: from.snapshotAt })
    for (const one of decided.accepted) {
      if (one.events.length > 0) one.pending.settle(toDispatched(stream, one, history, result))
    }
    return settleWithoutEvents(decided, history)
  }

  const runRound = async ({ commands, loadedState }: Round): Promise<Round> => {
    const cached = loadedState ?? states.cached(stream)
    const loaded = cached === undefined ? await states.load(aggregate, stream, undefined) : E.right(cached)
    if (E.isLeft(loaded)) return onLoadFailed(commands, loaded.left)
    const from = loaded.right
    if (resolved.found && from.version === 0) {
      returned.push(...commands)
      return done
    }
    const unshared = await unsharedHistories(store, stream, commands, from)
    if (E.isLeft(unshared)) return onLoadFailed(commands, unshared.left)
    if (unshared.right === undefined) {
      const now = await states.load(aggregate, stream, from)
      // Counts as a version conflict, so the retry policy limits it: the log may be rewound again and again.
      const conflict = rewoundConflict(stream, from.version, from.version)
      return E.isLeft(now) ? onLoadFailed(commands, now.left) : { commands, loadedState: now.right, conflict }
    }
    const decided = await decideAll(aggregate, stream, commands, { ...from, unshared: unshared.right }, effects)
    const events = decided.accepted.flatMap(({ newEvents }) => newEvents)
    if (events.length > 0) {
      const result = await store.append({ stream, expected: from.version, events, history: from.history })()
      if (E.isLeft(result)) return onAppendFailed(commands, decided, from, result.left)
      return result.right.repeated
        ? settleStoredCommands(
            commands,
            decided,
            storeUnavailable('the store reports a repeated append but does not find its events', false, result.right),
            result.right.history,
          )
        : onAppended(decided, from, result.right)
    }
    if (cached === undefined || loadedState !== undefined) return settleWithoutEvents(decided, from.history)
    const now = await states.load(aggregate, stream, cached)
    if (E.isLeft(now)) return onLoadFailed(commands, now.left)
    const { version, history } = now.right
    const confirmed = version === cached.version && history === cached.history
    return confirmed ? settleWithoutEvents(decided, history) : { commands, loadedState: now.right }
  }

  /**
   * Runs rounds until one ends with a version conflict. Only conflicts are subject to the retry policy; a rewind counts
   * as one. This ends: a round without a conflict settles a command, or makes the next round the last. Ids that are not
   * found cause only one more round.
   */
  const runUntilConflict = async (round: Round): Promise<Round> => {
    const next = await runRound(round)
    return next.commands.length > 0 && next.conflict === undefined ? runUntilConflict(next) : next
  }

  let round = await runUntilConflict({ commands: all })
  // The usual case. It skips the retry policy, which would cost time for nothing.
  if (round.commands.length === 0) return returned
  await retrying(
    retry,
    // The first attempt is the one above.
    ({ iterNumber }) =>
      async () => {
        if (iterNumber > 0) round = await runUntilConflict(round)
        return round
      },
    ({ commands }) => commands.length > 0,
  )()
  settle(failAll(round.commands, round.conflict))
  return returned
}
