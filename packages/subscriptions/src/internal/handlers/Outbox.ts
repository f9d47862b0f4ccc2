import type { CommandForms, DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { SendCommand } from '../../SendCommand.ts'
import type { ReportedCommand } from '../../WaitingCommand.ts'
import { makeInFlight } from '../async/InFlight.ts'
import { makeCommandQueue } from './CommandQueue.ts'
import { makeCommandSender } from './CommandSender.ts'
import { CommandToSend } from './CommandToSend.ts'
import type { CommandAnswer } from './commandAnswer.ts'
import type { UnitResult, WorkerContext } from './HandlerWorker.ts'
import { makeWaitingCommands } from './WaitingCommands.ts'

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
  /** The commands that have waited for an answer for a while, the longest first. */
  readonly waiting: () => ReadonlyArray<ReportedCommand>
  readonly close: () => Promise<void>
}

export interface OutboxOptions {
  readonly workerContext: WorkerContext
  readonly send: SendCommand
  /** Reads a command from its stored form. */
  readonly decode: CommandForms['decode']
  readonly concurrency: number
  /** Milliseconds that one attempt may take. */
  readonly timeout: number
  /** The unit of work that removes answered commands, as many as there are when it begins. */
  readonly onAnswered: (keys: ReadonlyArray<string>) => Promise<UnitResult>
  readonly onRejected: (key: string, command: CommandToSend, error: unknown) => void
}

/** Maximum number of commands of a partition without an answer; beyond it, events wait in the log. */
const maxCommands = 5_000

export const makeOutbox = (options: OutboxOptions): Outbox => {
  const { workerContext, concurrency, onAnswered, onRejected } = options
  const { partition, draining, enqueue, logger, clock } = workerContext
  const facts = { handler: partition.name, generation: partition.generation, partition: partition.partition }
  const queue = makeCommandQueue<CommandToSend>()
  const running = makeInFlight()
  const waiting = makeWaitingCommands(clock)
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

  const settle = (key: string, toSend: CommandToSend, answer: CommandAnswer): void => {
    waiting.end(key)
    if (answer._tag === 'Rejected') {
      onRejected(key, toSend, answer.error)
      return
    }
    if (answer.late !== undefined) {
      const { process, commandId } = toSend
      logger.warn('a command is done, and the handlers that its dispatch awaits are late', {
        ...facts,
        process,
        commandId,
        why: answer.late,
      })
    }
    acknowledge(key)
  }

  // An exception stops the handler, with the reason. The command stays stored, and is sent again when the handler is
  // resumed.
  const onThrown = (cause: unknown): void => enqueue(() => Promise.reject(cause))

  const sender = makeCommandSender({ ...options, waiting, settle, onThrown })

  const start = () => {
    while (running.size() < concurrency && !draining.aborted) {
      const first = queue.takeNext()
      if (first === undefined) return
      void running.add(sender.send(...first).catch(onThrown)).then(start)
    }
  }

  const add = (key: string, data: unknown) => {
    const decoded = CommandToSend.decode(data)
    if (E.isLeft(decoded)) {
      logger.error('a stored command cannot be decoded, and is not sent', { ...facts, key })
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
    waiting: waiting.list,
    close: async () => {
      queue.close()
      await running.ended()
      await sender.repeated()
    },
  }
}
