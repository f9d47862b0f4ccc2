import { describeError } from '@foldlog/core'
import type { CommandForms } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { SendCommand } from '../../SendCommand.ts'
import { makeInFlight } from '../async/InFlight.ts'
import { retryUntil } from '../async/retryUntil.ts'
import { makeSemaphore } from '../async/Semaphore.ts'
import type { CommandToSend } from './CommandToSend.ts'
import { type CommandAnswer, type SendFailure, sendOnce } from './commandAnswer.ts'
import type { WorkerContext } from './HandlerWorker.ts'
import type { WaitingCommands } from './WaitingCommands.ts'

/** Sends each command until it is answered. */
export interface CommandSender {
  /**
   * Resolves when the command is answered, when it has no answer and is sent again beside the others, or when the
   * partition ends.
   */
  readonly send: (key: string, toSend: CommandToSend) => Promise<void>
  /** Waits for the commands that are sent again beside the others. */
  readonly repeated: () => Promise<unknown>
}

export interface CommandSenderOptions {
  readonly workerContext: WorkerContext
  readonly send: SendCommand
  readonly decode: CommandForms['decode']
  readonly concurrency: number
  /** Milliseconds that one attempt may take. */
  readonly timeout: number
  readonly waiting: WaitingCommands
  readonly settle: (key: string, toSend: CommandToSend, answer: CommandAnswer) => void
  readonly onThrown: (cause: unknown) => void
}

type Attempt = E.Either<SendFailure, CommandAnswer>

export const makeCommandSender = (options: CommandSenderOptions): CommandSender => {
  const { workerContext, send, decode, concurrency, timeout, waiting, settle, onThrown } = options
  const { partition, signal, draining, markRetrying, logger } = workerContext
  const facts = { handler: partition.name, generation: partition.generation, partition: partition.partition }
  /**
   * Commands without an answer are sent again beside the others, so that they do not take the places of commands that
   * would be answered. When an effect never ends, only its process waits.
   */
  const repeating = makeInFlight()
  const repeats = makeSemaphore(concurrency)

  /** Sends a command as often as `isRetryable` says. `undefined` when the partition ends before there is an answer. */
  const sendUntil = async (
    key: string,
    toSend: CommandToSend,
    isRetryable: (why: SendFailure) => boolean,
    within: (attempt: () => Promise<Attempt | undefined>) => Promise<Attempt | undefined>,
  ): Promise<Attempt | undefined> => {
    const { command, process, commandId, causationId, correlationId } = toSend
    const context = { commandId, causationId, ...(correlationId === null ? undefined : { correlationId }) }
    const decoded = decode(command)
    /** The marker of a send that was abandoned. It is compared by identity. */
    const abandoned: SendFailure = { _tag: 'NoAnswer', why: 'the partition ends' }
    const attempt = await retryUntil<SendFailure, CommandAnswer>(
      async () =>
        // A send that does not end after its signal fires is abandoned: the command is stored, and the next owner sends
        // it again. So is a command that this code cannot read: the next owner may have other code.
        (await within(async () =>
          E.isLeft(decoded)
            ? E.left({ _tag: 'NoAnswer', why: describeError(decoded.left) })
            : sendOnce(send, [decoded.right, context], { timeout, signal }),
        )) ?? E.left(abandoned),
      {
        signal: draining,
        isRetryable: (why) => why !== abandoned && isRetryable(why),
        onRetry: ({ why }) => {
          const attempts = waiting.failed(key, why)
          logger.warn('a command could not be sent, retrying', { ...facts, process, commandId, attempts, why })
        },
        markRetrying,
      },
    )
    return E.isLeft(attempt) && (attempt.left === abandoned || draining.aborted) ? undefined : attempt
  }

  const repeat = async (key: string, toSend: CommandToSend): Promise<void> => {
    const unmark = markRetrying()
    const attempt = await sendUntil(
      key,
      toSend,
      () => true,
      (one) => repeats.run(async () => (draining.aborted ? undefined : await one())),
    )
    unmark()
    if (attempt !== undefined && E.isRight(attempt)) settle(key, toSend, attempt.right)
  }

  const sendFirst: CommandSender['send'] = async (key, toSend) => {
    waiting.begin(key, toSend)
    const isUnreachable = ({ _tag }: SendFailure): boolean => _tag === 'Unreachable'
    const attempt = await sendUntil(key, toSend, isUnreachable, (one) => one())
    if (attempt === undefined) return
    if (E.isRight(attempt)) return settle(key, toSend, attempt.right)
    const { process, commandId } = toSend
    const { why } = attempt.left
    const attempts = waiting.failed(key, why)
    logger.warn('a command has no answer, it is sent again', { ...facts, process, commandId, attempts, why })
    void repeating.add(repeat(key, toSend).catch(onThrown))
  }

  return { send: sendFirst, repeated: repeating.ended }
}
