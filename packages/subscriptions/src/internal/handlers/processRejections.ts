import type { CommandForms } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { CommandToSend } from './CommandToSend.ts'
import { unreadable } from './documentCodec.ts'
import { derivedId } from './documentKeys.ts'
import { emptyUnit, type UnitOfWork, type UnitResult, type WorkerContext } from './HandlerWorker.ts'
import type { InputContext } from './InputContext.ts'
import { storableError } from './ParkedInput.ts'
import { type ProcessStep, processChanges } from './ProcessChanges.ts'
import type { ProcessInstance } from './ProcessInstance.ts'

/** Lets a process react to the rejection of the command with this key. */
export type Reject = (key: string, command: CommandToSend, error: unknown) => void

/** The step of a rejection. The process gets the command as it has sent it. */
export const rejectionStep = (
  commands: CommandForms,
  { command, commandId, correlationId }: CommandToSend,
  error: unknown,
): E.Either<HandlerFailure, ProcessStep> => {
  const sent = commands.decode(command)
  if (E.isLeft(sent)) return E.left(unreadable(`command ${command.type}`, sent.left.problems))
  return E.right({
    input: { _tag: 'CommandRejected', command: sent.right, error },
    cause: { id: derivedId(commandId, 'refused'), correlationId: correlationId ?? undefined },
  })
}

/**
 * Whether a command was sent by an earlier process of the same key, which has ended. A process that an earlier version
 * of foldlog began has no id, and gets every rejection.
 */
export const isOfEarlier = ({ instance: sender }: CommandToSend, { started, instance }: ProcessInstance): boolean =>
  !started || (instance !== undefined && instance !== sender)

export const logEnded = (
  { logger, partition: { name, generation, partition } }: WorkerContext,
  { process, commandId }: CommandToSend,
  error: unknown,
): void =>
  logger.warn('the process of a rejected command has ended', {
    handler: name,
    generation,
    partition,
    process,
    commandId,
    why: error,
  })

/** Gives rejections to their processes, lets those wait that must, and parks those on which a process fails. */
export const rejectCommands = ({
  context,
  commands,
  load,
  apply,
  unitOf,
  waiting,
  laneBefore,
}: InputContext): Reject => {
  const { enqueue } = context

  /** Parks a rejection. An error that the store does not accept, such as one that is too large, is left out. */
  const park = (key: string, command: CommandToSend, error: unknown, why: HandlerFailure): UnitOfWork => ({
    ...unitOf(processChanges([{ kind: 'command', key }])),
    parkedInputs: [{ lane: command.process, input: { _tag: 'rejection', command, error }, why }],
    ...(error !== null && { onRejected: () => park(key, command, null, why) }),
  })

  const onRejectedCommand = (key: string, command: CommandToSend, error: unknown) => async (): Promise<UnitResult> => {
    const { process } = command
    const stored = await load([process])
    if (E.isLeft(stored)) return stored
    const before = stored.right(process)
    const changes = processChanges([{ kind: 'command', key }])
    if (E.isRight(before) && isOfEarlier(command, before.right)) {
      logEnded(context, command, error)
      return E.right(unitOf(changes))
    }
    const lane = await laneBefore(process, before)
    if (E.isLeft(lane)) return lane
    if (lane.right !== undefined) {
      waiting.add(lane.right, key, () => reject(key, command, error))
      return E.right(emptyUnit)
    }
    const step = E.isLeft(before) ? before : rejectionStep(commands, command, error)
    const done = E.isLeft(before) || E.isLeft(step) ? step : apply(changes, process, before.right, step.right)
    const parked = (why: HandlerFailure): UnitOfWork => park(key, command, storableError(error), why)
    return E.right(E.isLeft(done) ? parked(done.left) : { ...unitOf(changes), onRejected: parked })
  }

  const reject: Reject = (key, command, error) => enqueue(onRejectedCommand(key, command, error))

  return reject
}
