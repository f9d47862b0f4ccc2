import type { Command } from '@foldlog/core'
import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { SendCommand } from '../../SendCommand.ts'
import { runSafely } from '../async/runSafely.ts'
import { backoff, orAbandoned, sleep } from '../async/timers.ts'
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

/** Maximum number of commands of a partition without an answer; beyond it, events wait in the log. */
const maxCommands = 5_000

export const makeOutbox = ({ workerContext, send, concurrency, onAnswered, onRejected }: OutboxOptions): Outbox => {
  const { partition, signal, draining, markRetrying, enqueue, logger } = workerContext
  const { name } = partition
  /** The waiting commands by process, in the order of keys. The first of each is in flight, or about to be. */
  const waiting = new Map<string, Array<readonly [key: string, command: CommandToSend]>>()
  /** The process of each command that waits. */
  const processOf = new Map<string, string>()
  /** Processes whose first command is not in flight. */
  const ready = new Set<string>()
  const running = new Set<Promise<void>>()
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
    for (let tries = 0; !draining.aborted; tries++) {
      // A send that does not end after its signal fires is abandoned: the command is stored, and the next owner sends
      // it again.
      const answer = await orAbandoned(
        runSafely(() => send(command, context)()),
        signal,
      )
      if (answer === undefined) return
      if (E.isRight(answer)) return acknowledge(key)
      if (!retryableErrors.has(answer.left._tag)) return enqueue(onRejected(key, toSend, answer.left))
      logger.warn('a command could not be sent, retrying', { name, commandId, tries, why: answer.left })
      const done = markRetrying()
      await sleep(backoff(tries), draining)
      done()
    }
  }

  const start = () => {
    while (running.size < concurrency && !draining.aborted) {
      const [process] = ready
      if (process === undefined) return
      ready.delete(process)
      const first = waiting.get(process)?.[0]
      if (first === undefined) continue
      // A throw stops the handler, with the reason: the command is stored, and is sent again when the handler is
      // resumed.
      const onThrown = (cause: unknown): void => enqueue(() => Promise.reject(cause))
      const work = sendUntilAnswered(...first)
        .catch(onThrown)
        .finally(() => {
          running.delete(work)
          start()
        })
      running.add(work)
    }
  }

  const add = (key: string, data: unknown) => {
    const decoded = CommandToSend.decode(data)
    if (E.isLeft(decoded)) {
      logger.error('a stored command cannot be decoded, and is not sent', { name, key })
      return
    }
    const { process, command } = decoded.right
    if (processOf.has(key)) return
    processOf.set(key, process)
    const toSend = { ...decoded.right, command: { type: command.type, data: command.data } }
    const queue = waiting.get(process)
    if (queue !== undefined) queue.push([key, toSend])
    else {
      waiting.set(process, [[key, toSend]])
      ready.add(process)
    }
  }

  /** Only answered commands are removed, and of each process only the first is in flight. */
  const remove = (key: string) => {
    const process = processOf.get(key)
    const queue = process === undefined ? undefined : waiting.get(process)
    if (process === undefined || queue === undefined) return
    processOf.delete(key)
    queue.shift()
    if (queue.length === 0) waiting.delete(process)
    else ready.add(process)
  }

  return {
    restore: (commands) => {
      for (const { key, data } of commands) add(key, data)
      start()
    },
    committed: (changes) => {
      for (const { key, data } of changes) {
        if (data === undefined) remove(key)
        else add(key, data)
      }
      start()
    },
    full: () => processOf.size >= maxCommands,
    close: async () => {
      ready.clear()
      await Promise.all(running)
    },
  }
}
