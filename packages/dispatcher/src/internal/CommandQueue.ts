import { type Clock, type Command, EventId, type JsonRecord, type Metadata } from '@foldlog/core'
import { onAbort, rejectInput, storeUnavailable, UserCode, type UserCodeFailure } from '@foldlog/core/store'
import { either as E, type io as IO, type task as T } from 'fp-ts'
import type { DispatchContext } from '../DispatchContext.ts'
import type { DispatchAborted, DispatcherOverloaded, DispatcherStopped } from '../DispatchError.ts'
import type { BatchOptions } from './Batch.ts'
import { makeMailboxes } from './Mailboxes.ts'
import type { CommandOutcome, PendingCommand } from './PendingCommand.ts'
import { resolveAll, targetsOf } from './ResolvedStreams.ts'
import { type RunRound, runBatch } from './runBatch.ts'
import { runRound } from './runRound.ts'
import { maxResolutions, resolutionFailed, type StreamResolver } from './StreamResolver.ts'

/** Where a command is decided. */
export type Routed = Pick<PendingCommand, 'route' | 'targets' | 'boundary'>

/** Queues commands, bounded in number, in the mailboxes of their streams, and waits for their outcomes. */
export interface CommandQueue {
  readonly enqueue: (routed: Routed, command: Command, context: DispatchContext) => Promise<CommandOutcome>
  readonly stop: T.Task<void>
}

export interface CommandQueueOptions {
  readonly batchSize: number
  readonly maxWaiting: number
  readonly clock: Clock
  readonly random: IO.IO<number>
}

const stopped: DispatcherStopped = { _tag: 'DispatcherStopped' }

const aborted: DispatchAborted = { _tag: 'DispatchAborted' }

const overloaded = (waiting: number, limit: number): DispatcherOverloaded => ({
  _tag: 'DispatcherOverloaded',
  waiting,
  limit,
})

const notAborted = E.right(false)

const wrongSignal = ({ why }: UserCodeFailure) => rejectInput('signal', `cannot be used: ${why}`)

/**
 * Splits commands into runs without a repeated command id: the second one is decided after the first, and finds its
 * result.
 */
const withoutRepetitions = (commands: ReadonlyArray<PendingCommand>): ReadonlyArray<ReadonlyArray<PendingCommand>> => {
  if (commands.length === 1) return [commands]
  const runs: Array<Array<PendingCommand>> = []
  const ids = new Set<string>()
  for (const pending of commands) {
    const run = runs.at(-1)
    if (run === undefined || ids.has(pending.commandId)) {
      ids.clear()
      runs.push([pending])
    } else {
      run.push(pending)
    }
    ids.add(pending.commandId)
  }
  return runs
}

const settleAll = (commands: ReadonlyArray<PendingCommand>, outcome: CommandOutcome): void => {
  for (const pending of commands) pending.settle(outcome)
}

/** The metadata of the events of a command. */
const metadataOf = ({ user }: DispatchContext, commandId: string, correlationId: string): Metadata =>
  user === undefined
    ? { correlationId, causationId: commandId }
    : // Before it stores an event, a store checks that this is a record of JSON.
      { correlationId, causationId: commandId, user: user as JsonRecord }

/** `nextId` makes the id of a command to which its caller gave none. */
const toPendingCommand = (
  { route, targets, boundary }: Routed,
  command: Command,
  context: DispatchContext,
  nextId: IO.IO<string>,
  settle: PendingCommand['settle'],
): PendingCommand => {
  const commandId = context.commandId ?? nextId()
  const correlationId = context.correlationId ?? commandId
  const { expected = 'any', history } = context
  return {
    route,
    targets,
    boundary,
    command,
    commandId,
    correlationId,
    hasCallerId: context.commandId !== undefined,
    metadata: metadataOf(context, commandId, correlationId),
    expected,
    // The beginning of a stream is the same in all histories.
    readIn: typeof expected === 'number' && expected > 0 ? history : undefined,
    settle,
  }
}

export const makeCommandQueue = (
  options: BatchOptions,
  resolver: StreamResolver,
  runBoundaries: RunRound,
  { batchSize, maxWaiting: limit, clock, random }: CommandQueueOptions,
): CommandQueue => {
  // Two dispatchers may have the same clock and random numbers. Their command ids must differ nevertheless: otherwise a
  // command would be taken for a repetition of another one.
  const nextId = EventId.uniqueSource({ now: clock, random })
  let waiting = 0
  let open = true

  const runCommands = async (all: ReadonlyArray<PendingCommand>): Promise<void> => {
    // Mailboxes of boundaries have commands of boundaries only, and others have none.
    if (all[0]?.boundary !== undefined) return void (await runBatch(options, new Map(), all, runBoundaries))
    let commands = all
    for (let attempts = 0; attempts < maxResolutions; attempts++) {
      const targets = targetsOf(commands)
      const resolved = await resolveAll(resolver, targets)
      if (E.isLeft(resolved)) return settleAll(commands, resolved)
      commands = await runBatch(options, resolved.right, commands, runRound)
      if (commands.length === 0) return
      for (const { name } of targets) resolver.forget(name)
    }
    settleAll(commands, E.left(resolutionFailed))
  }

  const mailboxes = makeMailboxes<string, PendingCommand>(batchSize, async (items) => {
    for (const commands of withoutRepetitions(items)) {
      try {
        await runCommands(commands)
      } catch (cause) {
        // Foldlog's own code does not throw, and no store should. The waiting callers must get an outcome in any case.
        settleAll(commands, E.left(storeUnavailable('the store threw', false, cause)))
      }
    }
  })

  return {
    enqueue: (routed, command, context) => {
      const { targets, boundary } = routed
      const { signal } = context
      if (!open) return Promise.resolve(E.left(stopped))
      const isAborted = signal === undefined ? notAborted : UserCode.run('signal', () => signal.aborted === true)
      if (E.isLeft(isAborted)) return Promise.resolve(wrongSignal(isAborted.left))
      if (isAborted.right) return Promise.resolve(E.left(aborted))
      if (waiting >= limit) return Promise.resolve(E.left(overloaded(waiting, limit)))
      return new Promise<CommandOutcome>((resolve) => {
        let stopListening: (() => void) | undefined
        let settled = false
        // Once: when the store throws, all commands of a run get that error, also those that have their results.
        const settle = (outcome: CommandOutcome): void => {
          if (settled) return
          settled = true
          waiting--
          resolve(outcome)
          // The signal is the caller's, and may throw.
          if (stopListening !== undefined) UserCode.run('signal', stopListening)
        }
        const pending = toPendingCommand(routed, command, context, nextId, settle)
        let remove: (() => boolean) | undefined
        if (signal !== undefined) {
          const abort = (): void => {
            if (remove?.() === true) settle(E.left(aborted))
          }
          // This comes before the command is queued, because a signal that throws must not leave it in the queue.
          const listening = UserCode.run('signal', () => onAbort(signal, abort))
          if (E.isLeft(listening)) return resolve(wrongSignal(listening.left))
          stopListening = listening.right
        }
        waiting++
        remove = mailboxes.put(boundary?.keys ?? targets.map(({ name }) => name), pending)
      })
    },
    stop: async () => {
      open = false
      await mailboxes.emptied()
      await options.states.snapshotsSaved()
    },
  }
}
