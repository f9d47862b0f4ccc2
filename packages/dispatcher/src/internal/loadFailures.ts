import type { StreamName } from '@foldlog/core'
import type { LoadError } from '../DispatchError.ts'
import type { Batch, Round } from './Batch.ts'
import type { PendingCommand } from './PendingCommand.ts'
import { failAll, settle, settleIfNew } from './settlements.ts'
import type { StatesRead } from './statesOf.ts'

/** Settles commands whose state cannot be loaded. */
export const failLoad = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  error: LoadError,
): Promise<Round> =>
  // An unreachable store is not queried again: that would only double the wait.
  error._tag === 'StoreUnavailable' ? settle(failAll(commands, error)) : settleIfNew(batch, failAll(commands, error))

/** Settles the commands that need a state that cannot be loaded, and returns the others. */
export const withStates = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  failures: ReadonlyMap<StreamName, LoadError>,
): Promise<ReadonlyArray<PendingCommand>> => {
  if (failures.size === 0) return commands
  const others: Array<PendingCommand> = []
  const failed = new Map<LoadError, Array<PendingCommand>>()
  for (const pending of commands) {
    const error = pending.targets.map(({ name }) => failures.get(name)).find((one) => one !== undefined)
    if (error === undefined) others.push(pending)
    else failed.set(error, [...(failed.get(error) ?? []), pending])
  }
  for (const [error, some] of failed) await failLoad(batch, some, error)
  return others
}

/** The next round, on states that were just read. `conflict` makes the retry policy count it. */
export const decideAgain = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  { states, failures }: StatesRead,
  conflict?: Round['conflict'],
): Promise<Round> => ({
  commands: await withStates(batch, commands, failures),
  loaded: states,
  ...(conflict === undefined ? undefined : { conflict }),
})
