import { type Command, type EncodeFailure, type Json, ValidationProblem } from '@foldlog/core'
import { type CommandForms, type DocumentChange, rejectInput, UserCode } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type { AnyRecorded } from '../../EventHandler.ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { Reaction } from '../../Reaction.ts'
import { CommandToSend } from './CommandToSend.ts'
import { toJson } from './documentCodec.ts'
import { checkKey, derivedId, keyOf, sortableNumber } from './documentKeys.ts'
import { notStarted, type ProcessInstance, type ProcessTimer, storeProcess } from './ProcessInstance.ts'
import type { ProcessState } from './processState.ts'
import type { AnyStep } from './stepByType.ts'
import { runPure } from './userCode.ts'

/** The input of a process, without its type parameters. */
export type AnyProcessInput =
  | { readonly _tag: 'EventHappened'; readonly event: AnyRecorded }
  | { readonly _tag: 'TimerFired'; readonly timer: string; readonly dueAt: Date }
  | { readonly _tag: 'CommandRejected'; readonly command: Command; readonly error: unknown }

/** The pure functions of a process manager, and how it stores states and commands. */
export interface ProcessFunctions {
  readonly states: ProcessState
  readonly commands: CommandForms
  /** `undefined` when a process begins with its first event. */
  readonly initialState: unknown
  readonly step: (state: unknown, input: AnyProcessInput) => AnyStep
}

const copyOf = ({ states }: ProcessFunctions, state: unknown): unknown =>
  state === undefined ? undefined : states.copy(state)

/**
 * The same functions, with a copy of the state for each step, so that a state that is changed in place is not used
 * again.
 */
export const onCopies = (functions: ProcessFunctions): ProcessFunctions => ({
  ...functions,
  step: (state, input) => functions.step(copyOf(functions, state), input),
})

/** The cause of an input: the ids of the resulting commands and timers are derived from its id. */
export interface Cause {
  readonly id: string
  readonly correlationId: string | undefined
}

/**
 * The scope of the ids and keys of commands: their process manager, the number of the commit that stores them, and the
 * time, in milliseconds since 1970.
 */
export interface CommandIdScope {
  readonly manager: string
  readonly revision: number
  readonly now: number
}

const timerKey = (process: string, timer: string): string => keyOf(process, timer)

/** The change that removes a timer. */
export const removeTimer = (process: string, timer: string): DocumentChange => ({
  kind: 'timer',
  key: timerKey(process, timer),
})

/** The change that stores when a timer is due. */
export const storeTimer = (process: string, timer: string, due: Date): DocumentChange => ({
  kind: 'timer',
  key: timerKey(process, timer),
  data: { process, timer },
  due,
})

const cannotBeStored = (process: string, { type, path, why }: EncodeFailure): HandlerFailure => ({
  _tag: 'DocumentEncodeFailure',
  kind: 'command',
  key: process,
  problems: ValidationProblem.asTexts([{ path: `${type}.${path}`, why }]),
})

/**
 * Encodes a command, with its own codec when its target has one. The sender must be able to read the stored form:
 * otherwise the command would never be sent.
 */
const encodeCommand = (forms: CommandForms, toSend: CommandToSend): E.Either<HandlerFailure, Json> => {
  const { process, command } = toSend
  const document = { kind: 'command', key: process } as const
  const encoded = forms.codecOf(command.type) === undefined ? E.right(command) : forms.encode(command)
  if (E.isLeft(encoded)) return E.left(cannotBeStored(process, encoded.left))
  const json = toJson(document, () => ({ ...toSend, command: encoded.right }))
  if (E.isLeft(json)) {
    // The reason is in the command itself, or in what is stored beside it.
    const plain = forms.encode(command)
    return E.isLeft(plain) ? E.left(cannotBeStored(process, plain.left)) : json
  }
  const read = CommandToSend.decode(json.right)
  return E.isRight(read)
    ? json
    : E.left({ _tag: 'DocumentEncodeFailure', ...document, problems: ValidationProblem.fromIoTs(read.left, 'command') })
}

const rejected = (what: string, why: string): E.Either<HandlerFailure, never> =>
  F.pipe(
    rejectInput(what, why),
    E.mapLeft((error): HandlerFailure => ({ _tag: 'HandlerReturnedError', error })),
  )

const setTimer = (process: string, timer: string, at: Date): E.Either<HandlerFailure, DocumentChange> => {
  const label = checkKey(timer)
  if (E.isLeft(label)) return E.left({ _tag: 'HandlerReturnedError', error: label.left })
  // Compares the tag, because a date of another realm is no instance of `Date`.
  const isDate = Object.prototype.toString.call(at) === '[object Date]' && Number.isFinite(at.getTime())
  if (!isDate) return rejected('timer', `${timer} has an invalid date`)
  return E.right(storeTimer(process, timer, at))
}

/**
 * The id of a timer as a cause. It contains the setting, so that a timer that is set again to the same instant, also by
 * a new process of the same key, sends commands of its own. A timer that an earlier version stored keeps its id.
 */
export const timerCauseId = (timer: string, { at, setting }: ProcessTimer): string =>
  setting === undefined ? derivedId(timer, `${at}`) : derivedId(timer, `${at}`, setting)

/** The result of one input: the process after it, and the documents that changed with it. */
export interface ReactionResult {
  readonly process: ProcessInstance
  readonly changes: ReadonlyArray<DocumentChange>
  /** Number of commands among them. */
  readonly sent: number
}

const tags: ReadonlyArray<unknown> = ['Send', 'Schedule', 'Cancel', 'End']

const isReaction = (reaction: unknown): boolean => tags.includes(Object(reaction)._tag)

/** Reads the reactions of a process. User code returns them, so they may be any value. */
const reactionsOf = (answer: unknown): E.Either<HandlerFailure, ReadonlyArray<Reaction<Command>>> => {
  if (!Array.isArray(answer)) return rejected('reactions', 'must be a list')
  if (answer.every(isReaction)) return E.right(answer)
  for (const one of answer) UserCode.absorb(one)
  return rejected('reaction', 'must be send, schedule, cancel or end')
}

const reactTo = (
  functions: ProcessFunctions,
  scope: CommandIdScope,
  key: string,
  before: ProcessInstance,
  input: AnyProcessInput,
  cause: Cause,
  index: number,
): E.Either<HandlerFailure, ReactionResult> => {
  const from = before.started ? before.state : copyOf(functions, functions.initialState)
  const { state, do: asked } = functions.step(from, input)
  const reactions = reactionsOf(asked)
  if (E.isLeft(reactions)) return reactions
  const instance = before.started ? before.instance : cause.id
  const timers = new Map(before.timers)
  const changes: Array<DocumentChange> = []
  let sent = 0
  if (input._tag === 'TimerFired') {
    timers.delete(input.timer)
    changes.push(removeTimer(key, input.timer))
  }
  const ends = reactions.right.some(({ _tag }) => _tag === 'End')
  for (const [i, reaction] of reactions.right.entries()) {
    if (reaction._tag === 'Send') {
      const toSend: CommandToSend = {
        process: key,
        command: reaction.command,
        // Derived from the cause alone, not from the partition, the generation or the attempt: so a command that is
        // sent again is recognized.
        commandId: derivedId(scope.manager, key, cause.id, `${i}`),
        correlationId: cause.correlationId ?? null,
        causationId: cause.id,
        ...(instance === undefined ? undefined : { instance }),
        since: scope.now,
      }
      const data = encodeCommand(functions.commands, toSend)
      if (E.isLeft(data)) return data
      const at = keyOf(key, sortableNumber(scope.revision), sortableNumber(index + sent++))
      changes.push({ kind: 'command', key: at, data: data.right })
    } else if (reaction._tag === 'Schedule' && !ends) {
      const change = setTimer(key, reaction.timer, reaction.at)
      if (E.isLeft(change)) return change
      timers.set(reaction.timer, { at: reaction.at.getTime(), setting: derivedId(cause.id, `${i}`) })
      changes.push(change.right)
    } else if (reaction._tag === 'Cancel') {
      timers.delete(reaction.timer)
      changes.push(removeTimer(key, reaction.timer))
    }
  }
  if (ends) for (const timer of timers.keys()) changes.push(removeTimer(key, timer))
  const acrossStreams = before.acrossStreams || (input._tag === 'EventHappened' && input.event.stream !== key)
  // Nothing of it is stored, so there is nothing to remove.
  if (ends && !before.started) return E.right({ process: notStarted, changes, sent })
  const process: ProcessInstance = ends ? notStarted : { started: true, state, timers, instance, acrossStreams }
  return F.pipe(
    storeProcess(functions.states, key, process),
    E.map((stored) => ({ process: stored.process, changes: [...changes, stored.change], sent })),
  )
}

/**
 * Lets a process react to one input. `index` is the number of commands that the same commit sends already, so that they
 * keep their order. The reactions that it returns are read within: invalid reactions throw, and become the failure of
 * their input.
 */
export const react = (...input: Parameters<typeof reactTo>): ReturnType<typeof reactTo> =>
  F.pipe(
    runPure(() => reactTo(...input)),
    E.flattenW,
  )
