import type { Command } from '@foldlog/core'
import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { SendCommand } from '../../SendCommand.ts'
import { makeInFlight } from '../async/InFlight.ts'
import { retryUntil } from '../async/retryUntil.ts'
import { runSafely } from '../async/runSafely.ts'
import { orAbandoned } from '../async/withTimeout.ts'
import { makeCommandQueue } from './CommandQueue.ts'
import type { UnitResult, WorkerContext } from './HandlerWorker.ts'

/** A command to send, as it is stored. */
export const CommandToSend = t.strict({
  process: t.string,
  command: t.strict({ type: t.string, data: t.unknown }),
  commandId: t.string,
  correlationId: t.union([t.string, t.null]),
  causationId: t.string,
})

export type CommandToSend = Omit<t.TypeOf<typeof CommandToSend>, 'command'> & { readonly command: Command }

/**
 * The commands of a partition that are committed and not yet answered. Those of one process are sent one after another,
 * in order.
 */
export interface Outbox {
  /** Sends the commands that an earlier owner of the partition has left. */
  readonly restore: (commands: ReadonlyArray<HandlerDocument>) => void
  /** Sends the commands that a commit has added, and forgets those that it has removed. */
  readonly committed: (changes: ReadonlyArray<DocumentChange>) => void
  /** Whether so many commands wait that no more may be added. */
  readonly full: () => boolean
  readonly close: () => Promise<void>
}

export interface OutboxOptions {
  readonly workerContext: WorkerContext
  readonly send: SendCommand
  readonly concurrency: number
  /** The unit of work that removes answered commands, as many as there are when it begins. */
  readonly onAnswered: (keys: ReadonlyArray<string>) => Promise<UnitResult>
  readonly onRejected: (key: string, command: CommandToSend, error: unknown) => () => Promise<UnitResult>
}

/** Errors of the infrastructure, or of overload: the same command is sent again. Every other result is an answer. */
const retryableErrors: ReadonlySet<string> = new Set([
  'StoreUnavailable',
  'StoreOverloaded',
  'DispatcherOverloaded',
  'DispatcherStopped',
  'VersionConflict',
])

/** Recognized by identity, because the error of a command may have any tag. */
const abandoned = E.left({ _tag: 'Abandoned' } as const)

/** Maximum number of commands of a partition without an answer; beyond it, events wait in the log. */
const maxCommands = 5_000

export const makeOutbox = ({ workerContext, send, concurrency, onAnswered, onRejected }: OutboxOptions): Outbox => {
  const { partition, signal, draining, markRetrying, enqueue, logger } = workerContext
  const { name } = partition
  const queue = makeCommandQueue<CommandToSend>()
  const running = makeInFlight()
  let answered: Array<string> = []

  /** Answers arrive faster than commits: those that arrive during a unit of work are acknowledged together. */
  const acknowledge = (key: string) => {
    answered.push(key)
    if (answered.length > 1) return
    enqueue(() => {
      const keys = answered
      answered = []
      return onAnswered(keys)
    })
  }

  const sendUntilAnswered = async (key: string, toSend: CommandToSend): Promise<void> => {
    const { command, commandId, correlationId, causationId } = toSend
    const context = { commandId, causationId, ...(correlationId === null ? undefined : { correlationId }) }
    const answer = await retryUntil(
      async () =>
        // A send that does not end after its signal fires is abandoned: the command is stored, and the next owner sends
        // it again.
        (await orAbandoned(
          runSafely(() => send(command, context)()),
          signal,
        )) ?? abandoned,
      {
        signal: draining,
        isRetryable: ({ _tag }) => retryableErrors.has(_tag),
        onRetry: (why, tries) => logger.warn('a command could not be sent, retrying', { name, commandId, tries, why }),
        markRetrying,
      },
    )
    if (E.isRight(answer)) acknowledge(key)
    else if (answer !== abandoned && !retryableErrors.has(answer.left._tag))
      enqueue(onRejected(key, toSend, answer.left))
  }

  const start = () => {
    while (running.size() < concurrency && !draining.aborted) {
      const first = queue.takeNext()
      if (first === undefined) return
      // A throw stops the handler, with the reason: the command is stored, and is sent again when the handler is
      // resumed.
      const onThrown = (cause: unknown): void => enqueue(() => Promise.reject(cause))
      void running.add(sendUntilAnswered(...first).catch(onThrown)).then(start)
    }
  }

  const add = (key: string, data: unknown) => {
    const decoded = CommandToSend.decode(data)
    if (E.isLeft(decoded)) {
      logger.error('a stored command cannot be decoded, and is not sent', { name, key })
      return
    }
    const { process, command } = decoded.right
    queue.add(process, key, { ...decoded.right, command: { type: command.type, data: command.data } })
  }

  return {
    restore: (commands) => {
      for (const { key, data } of commands) add(key, data)
      start()
    },
    committed: (changes) => {
      for (const { key, data } of changes) {
        if (data === undefined) queue.remove(key)
        else add(key, data)
      }
      start()
    },
    full: () => queue.size() >= maxCommands,
    close: async () => {
      queue.close()
      await running.ended()
    },
  }
}
