import { type Command, type Json, ValidationProblem } from '@foldlog/core'
import { type DocumentChange, rejectInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import type { AnyRecorded } from '../../EventHandler.ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { Reaction } from '../../ProcessManager.ts'
import { decodeDocument, encodeDocument, formatProblems, toJson } from './documentCodec.ts'
import { checkKey, derivedId, keyOf, sortableNumber } from './documentKeys.ts'
import { CommandToSend } from './Outbox.ts'
import { runPure } from './userCode.ts'

/** The input of a process, without its type parameters. */
export type AnyProcessInput =
  | { readonly _tag: 'EventHappened'; readonly event: AnyRecorded }
  | { readonly _tag: 'TimerFired'; readonly timer: string; readonly dueAt: Date }
  | { readonly _tag: 'CommandRejected'; readonly command: Command; readonly error: unknown }

/** The pure functions of a process manager. */
export interface ProcessFunctions {
  readonly state: t.Mixed
  readonly initialState: unknown
  readonly evolve: (state: unknown, input: AnyProcessInput) => unknown
  readonly react: (state: unknown, input: AnyProcessInput) => ReadonlyArray<Reaction<Command>>
}

/**
 * A process: its state, and when its timers are due, in milliseconds since 1970. So the end of a process knows which
 * timers to cancel, and a late timer finds what became of it, without another read of the store.
 */
export interface ProcessInstance {
  readonly started: boolean
  readonly state: unknown
  readonly timers: ReadonlyMap<string, number>
}

/** A process that has not begun, or has ended: nothing of it is stored. */
export const notStarted: ProcessInstance = { started: false, state: undefined, timers: new Map() }

/** The cause of an input: the ids of the resulting commands are derived from its id. */
export interface Cause {
  readonly id: string
  readonly correlationId: string | undefined
}

/** The scope of the ids and keys of commands: their process manager, and the number of the commit that stores them. */
export interface CommandIdScope {
  readonly manager: string
  readonly revision: number
}

const ProcessDocument = t.strict({ state: t.unknown, timers: t.array(t.tuple([t.string, t.number])) })

export const decodeProcess =
  ({ state: codec }: ProcessFunctions) =>
  (key: string, data: unknown): E.Either<HandlerFailure, ProcessInstance> => {
    const stored = ProcessDocument.decode(data)
    if (E.isLeft(stored)) return unreadable(key, ValidationProblem.fromIoTs(stored.left, 'process'))
    const { state, timers } = stored.right
    const decoded = decodeDocument(codec, 'process.state', state)
    return E.isLeft(decoded)
      ? unreadable(key, decoded.left)
      : E.right({ started: true, state: decoded.right, timers: new Map(timers) })
  }

const unreadable = (key: string, problems: ReadonlyArray<ValidationProblem>): E.Either<HandlerFailure, never> =>
  E.left({
    _tag: 'HandlerThrew',
    why: `the stored state of process ${JSON.stringify(key)} cannot be decoded by its codec: ${formatProblems(problems)}`,
    cause: problems,
  })

const processChange = (
  { state: codec }: ProcessFunctions,
  key: string,
  { started, state, timers }: ProcessInstance,
): E.Either<HandlerFailure, DocumentChange> => {
  if (!started) return E.right({ kind: 'process', key })
  const json = encodeDocument(codec, { kind: 'process', key }, state)
  // The times were checked, and the names are keys.
  return E.isLeft(json) ? json : E.right({ kind: 'process', key, data: { state: json.right, timers: [...timers] } })
}

const timerKey = (process: string, timer: string): string => keyOf(process, timer)

/** The change that removes a timer. */
export const removeTimer = (process: string, timer: string): DocumentChange => ({
  kind: 'timer',
  key: timerKey(process, timer),
})

/** Encodes a command. The sender must be able to read the stored form: otherwise the command would never be sent. */
const encodeCommand = (toSend: CommandToSend): E.Either<HandlerFailure, Json> => {
  const document = { kind: 'command', key: toSend.process } as const
  const json = toJson(document, () => toSend)
  if (E.isLeft(json)) return json
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
  if (!Number.isFinite(at.getTime())) return rejected('timer', `${timer} has an invalid date`)
  return E.right({ kind: 'timer', key: timerKey(process, timer), data: { process, timer }, due: at })
}

/** The result of one input: the process after it, and the documents that changed with it. */
export interface ReactionResult {
  readonly process: ProcessInstance
  readonly changes: ReadonlyArray<DocumentChange>
  /** Number of commands among them. */
  readonly sent: number
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
  const state = functions.evolve(before.started ? before.state : functions.initialState, input)
  const reactions = functions.react(state, input)
  const timers = new Map(before.timers)
  const changes: Array<DocumentChange> = []
  let sent = 0
  if (input._tag === 'TimerFired') {
    timers.delete(input.timer)
    changes.push(removeTimer(key, input.timer))
  }
  const ends = reactions.some(({ _tag }) => _tag === 'End')
  for (const [i, reaction] of reactions.entries()) {
    if (reaction._tag === 'Send') {
      const toSend: CommandToSend = {
        process: key,
        command: reaction.command,
        // Derived from the cause alone, not from the partition, the generation or the attempt: so a command that is
        // sent again is recognized.
        commandId: derivedId(scope.manager, key, cause.id, `${i}`),
        correlationId: cause.correlationId ?? null,
        causationId: cause.id,
      }
      const data = encodeCommand(toSend)
      if (E.isLeft(data)) return data
      const at = keyOf(key, sortableNumber(scope.revision), sortableNumber(index + sent++))
      changes.push({ kind: 'command', key: at, data: data.right })
    } else if (reaction._tag === 'Schedule' && !ends) {
      const change = setTimer(key, reaction.timer, reaction.at)
      if (E.isLeft(change)) return change
      timers.set(reaction.timer, reaction.at.getTime())
      changes.push(change.right)
    } else if (reaction._tag === 'Cancel') {
      timers.delete(reaction.timer)
      changes.push(removeTimer(key, reaction.timer))
    } else if (reaction._tag !== 'End' && reaction._tag !== 'Schedule') {
      return rejected('reaction', 'must be send, schedule, cancel or end')
    }
  }
  if (ends) for (const timer of timers.keys()) changes.push(removeTimer(key, timer))
  const process: ProcessInstance = ends ? notStarted : { started: true, state, timers }
  return F.pipe(
    processChange(functions, key, process),
    E.map((change) => ({ process, changes: [...changes, change], sent })),
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
