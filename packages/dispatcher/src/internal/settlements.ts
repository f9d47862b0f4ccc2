import type { HistoryId } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { type Batch, done, type Round } from './Batch.ts'
import type { Decisions } from './decideAll.ts'
import { findEarlierResults } from './findEarlierResults.ts'
import type { CommandOutcome, PendingCommand } from './PendingCommand.ts'
import { toDispatched } from './toDispatched.ts'

/** A command and its outcome. */
export interface Settlement {
  readonly pending: PendingCommand
  readonly outcome: CommandOutcome
}

export const failAll = (commands: ReadonlyArray<PendingCommand>, error: unknown): ReadonlyArray<Settlement> =>
  commands.map((pending) => ({ pending, outcome: E.left(error) }))

export const settle = (settlements: ReadonlyArray<Settlement>): Round => {
  for (const { pending, outcome } of settlements) pending.settle(outcome)
  return done
}

/**
 * Settles commands that store nothing (rejected, or no events). If such a command was handled earlier, its stored
 * result wins.
 */
export const settleIfNew = async (
  batch: Batch,
  settlements: ReadonlyArray<Settlement>,
  readIn?: HistoryId,
): Promise<Round> => {
  const withCallerId = settlements.flatMap(({ pending }) => (pending.hasCallerId ? [pending] : []))
  if (withCallerId.length === 0) return settle(settlements)
  const earlier = await findEarlierResults(batch, withCallerId, readIn)
  const outcomeFor = ({ pending, outcome }: Settlement): CommandOutcome => {
    if (!pending.hasCallerId) return outcome
    return E.isLeft(earlier) ? earlier : (earlier.right.get(pending) ?? outcome)
  }
  return settle(settlements.map((settlement) => ({ pending: settlement.pending, outcome: outcomeFor(settlement) })))
}

/** The part of a decision that says whether a command has events. */
interface DecidedCommand {
  readonly pending: PendingCommand
  readonly parts: ReadonlyArray<{ readonly events: ReadonlyArray<unknown> }>
}

export const hasEvents = ({ parts }: Pick<DecidedCommand, 'parts'>): boolean =>
  parts.some(({ events }) => events.length > 0)

export const settleWithoutEvents = (
  batch: Batch,
  { accepted, rejected }: Decisions,
  history: HistoryId,
): Promise<Round> =>
  settleIfNew(
    batch,
    [
      ...accepted.flatMap((one) =>
        hasEvents(one) ? [] : [{ pending: one.pending, outcome: toDispatched(one, history) }],
      ),
      ...rejected.map(({ pending, error }) => ({ pending, outcome: E.left(error) })),
    ],
    history,
  )

/**
 * Finds the commands that the store rejects, alone or because of their total size, by splitting the batch into
 * halves, in order.
 */
export const bisect = async (batch: Batch, commands: ReadonlyArray<PendingCommand>, error: unknown): Promise<Round> => {
  if (commands.length === 1) return settleIfNew(batch, failAll(commands, error))
  const half = Math.ceil(commands.length / 2)
  batch.returned.push(...(await batch.runPart(commands.slice(0, half))))
  batch.returned.push(...(await batch.runPart(commands.slice(half))))
  return done
}

/**
 * Settles commands that are already stored. The others are decided again on a state that includes those; if the cache
 * is behind, their append conflicts.
 */
export const settleStoredCommands = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  { accepted }: { readonly accepted: ReadonlyArray<DecidedCommand> },
  error: unknown,
  readIn: HistoryId | undefined,
): Promise<Round> => {
  const withEvents = accepted.flatMap((one) => (hasEvents(one) ? [one.pending] : []))
  const earlier = await findEarlierResults(batch, withEvents, readIn)
  if (E.isLeft(earlier)) return settle(failAll(commands, earlier.left))
  if (earlier.right.size === 0) {
    // The log may have been rewound between the append and the lookup, so all commands are decided again, once.
    // Otherwise the ids are stored, but not as these commands: an application used them for something else. Retrying
    // would not end.
    return batch.idMismatches++ === 0 ? { commands } : bisect(batch, commands, error)
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
