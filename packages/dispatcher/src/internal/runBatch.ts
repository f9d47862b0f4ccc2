import { retrying } from 'retry-ts/lib/Task.js'
import type { Batch, BatchOptions, Round } from './Batch.ts'
import type { PendingCommand } from './PendingCommand.ts'
import type { ResolvedStreams } from './ResolvedStreams.ts'
import { failAll, settle } from './settlements.ts'

/** Decides commands and appends their events. What is left to decide is the next round. */
export type RunRound = (batch: Batch, round: Round) => Promise<Round>

/**
 * Runs rounds until one ends with a version conflict. Only conflicts are subject to the retry policy; a rewind counts
 * as one. This ends: a round without a conflict settles a command, or makes the next round the last. Ids that are not
 * found cause only one more round.
 */
const runUntilConflict = async (runRound: RunRound, batch: Batch, round: Round): Promise<Round> => {
  const next = await runRound(batch, round)
  return next.commands.length > 0 && next.conflict === undefined ? runUntilConflict(runRound, batch, next) : next
}

/**
 * Runs commands for one stream: decides them in memory on the evolving state, appends the events with one exact
 * expected version, and decides again after a version conflict. Every command is settled once, or returned. Returned
 * commands were not decided, because their stream was found with events and now has none. No command id may occur
 * twice.
 *
 * Why no result is wrong although the cache may be stale. An accepted command is appended at the exact version at which
 * it was decided, or not at all. A rejection is reported only when the version at which it was decided was the stream's
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
 * - A caller that names the history of its expected version is rejected when that history does not have the last event
 *   of the state (see unsharedHistories). A state that is no longer the state of the log is read again first.
 * - A plain restart of the server begins a new history and loses nothing. Then the first append of a stream is
 *   accepted, because all of it is shared, and the first rejection costs one fold.
 *
 * Why no caller gets an unproven result. When an append ends with an error other than a rejection, its outcome is
 * unknown: all its commands end with that error, rejected ones too, because the state they were rejected on may not
 * exist. Nothing of it is cached, so commands waiting behind it start from the store's answer. If the append arrives
 * later nevertheless, its exact version prevents it from being stored beside theirs, and its history prevents it from
 * being stored after other events that have reached that version.
 */
export const runBatch = async (
  options: BatchOptions,
  resolved: ResolvedStreams,
  all: ReadonlyArray<PendingCommand>,
  runRound: RunRound,
): Promise<ReadonlyArray<PendingCommand>> => {
  const { store, states, effects, retry, logger } = options
  const returned: Array<PendingCommand> = []
  const runPart = (commands: ReadonlyArray<PendingCommand>) => runBatch(options, resolved, commands, runRound)
  // Field by field: every batch passes through here.
  const batch: Batch = {
    store,
    states,
    effects,
    retry,
    logger,
    resolved,
    returned,
    idMismatches: 0,
    runPart,
  }
  let round = await runUntilConflict(runRound, batch, { commands: all })
  // The usual case. It skips the retry policy, which would cost time for nothing.
  if (round.commands.length === 0) return returned
  await retrying(
    retry,
    // The first attempt is the one above.
    ({ iterNumber }) =>
      async () => {
        if (iterNumber > 0) round = await runUntilConflict(runRound, batch, round)
        return round
      },
    ({ commands }) => commands.length > 0,
  )()
  settle(failAll(round.commands, round.conflict))
  return returned
}
