import { type Command, type DocumentChange, type Json, type Problem, Problems, refuse } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import type { AnyRecorded } from '../EventHandler.ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import type { Reaction } from '../ProcessManager.ts'
import { attempt } from './attempting.ts'
import { checkKey, idOf, keyOf, sortable } from './keys.ts'
import { CommandToSend } from './Outbox.ts'
import { jsonForm, problemsText, readForm, storedForm } from './storedForm.ts'

/** What a process reacts to, whatever its types. */
export type AnyInput =
  | { readonly _tag: 'EventHappened'; readonly event: AnyRecorded }
  | { readonly _tag: 'TimerFired'; readonly timer: string; readonly dueAt: Date }
  | { readonly _tag: 'CommandRefused'; readonly command: Command; readonly error: unknown }

/** The pure functions of a process manager. */
export interface ProcessFunctions {
  readonly state: t.Mixed
  readonly initialState: unknown
  readonly evolve: (state: unknown, input: AnyInput) => unknown
  readonly react: (state: unknown, input: AnyInput) => ReadonlyArray<Reaction<Command>>
}

/**
 * A process: its state, and when its timers are due, in milliseconds since 1970. So the end of a process knows what to cancel, and a timer that comes late
 * what became of it, without another look at the store.
 */
export interface Process {
  readonly begun: boolean
  readonly state: unknown
  readonly timers: ReadonlyMap<string, number>
}

/** A process that has not begun, or has ended: it keeps nothing. */
export const noProcess: Process = { begun: false, state: undefined, timers: new Map() }

/** What set a process going: its id makes the ids of the commands that follow from it. */
export interface Cause {
  readonly id: string
  readonly correlationId: string | undefined
}

/** Where a process stands among others of its manager, and what the commit that is being made gives to its commands. */
export interface Setting {
  readonly manager: string
  readonly revision: number
}

const StoredProcess = t.strict({ state: t.unknown, timers: t.array(t.tuple([t.string, t.number])) })

export const decodeProcess =
  ({ state: codec }: ProcessFunctions) =>
  (key: string, data: unknown): E.Either<HandlingFailure, Process> => {
    const stored = StoredProcess.decode(data)
    if (E.isLeft(stored)) return unreadable(key, Problems.of(stored.left, 'process'))
    const { state, timers } = stored.right
    const decoded = readForm(codec, 'process.state', state)
    return E.isLeft(decoded)
      ? unreadable(key, decoded.left)
      : E.right({ begun: true, state: decoded.right, timers: new Map(timers) })
  }

const unreadable = (key: string, problems: ReadonlyArray<Problem>): E.Either<HandlingFailure, never> =>
  E.left({
    _tag: 'HandlerThrew',
    why: `the stored state of process ${JSON.stringify(key)} is not what its codec knows: ${problemsText(problems)}`,
    cause: problems,
  })

const processChange = (
  { state: codec }: ProcessFunctions,
  key: string,
  { begun, state, timers }: Process,
): E.Either<HandlingFailure, DocumentChange> => {
  if (!begun) return E.right({ kind: 'process', key })
  const form = storedForm(codec, { kind: 'process', key }, state)
  // The times were checked, and the names are keys.
  return E.isLeft(form) ? form : E.right({ kind: 'process', key, data: { state: form.right, timers: [...timers] } })
}

const timerKey = (process: string, timer: string): string => keyOf(process, timer)

/** A timer that is no more. */
export const timerGone = (process: string, timer: string): DocumentChange => ({
  kind: 'timer',
  key: timerKey(process, timer),
})

/**
 * The sender must be able to read the stored form of a command: otherwise the command would never be sent.
 */
const commandForm = (toSend: CommandToSend): E.Either<HandlingFailure, Json> => {
  const document = { kind: 'command', key: toSend.process } as const
  const form = jsonForm(document, () => toSend)
  if (E.isLeft(form)) return form
  const read = CommandToSend.decode(form.right)
  return E.isRight(read)
    ? form
    : E.left({ _tag: 'DocumentRefused', ...document, problems: Problems.of(read.left, 'command') })
}

const refused = (what: string, why: string): E.Either<HandlingFailure, never> =>
  F.pipe(
    refuse(what, why),
    E.mapLeft((error): HandlingFailure => ({ _tag: 'HandlerRefused', error })),
  )

const timerSet = (process: string, timer: string, at: Date): E.Either<HandlingFailure, DocumentChange> => {
  const label = checkKey(timer)
  if (E.isLeft(label)) return E.left({ _tag: 'HandlerRefused', error: label.left })
  if (!Number.isFinite(at.getTime())) return refused('timer', `${timer} has no time`)
  return E.right({ kind: 'timer', key: timerKey(process, timer), data: { process, timer }, due: at })
}

/** What one input came to: the process after it, and the documents that changed with it. */
export interface Reacted {
  readonly process: Process
  readonly changes: ReadonlyArray<DocumentChange>
  /** Commands among them. */
  readonly sent: number
}

const reactTo = (
  functions: ProcessFunctions,
  setting: Setting,
  key: string,
  before: Process,
  input: AnyInput,
  cause: Cause,
  place: number,
): E.Either<HandlingFailure, Reacted> => {
  const state = functions.evolve(before.begun ? before.state : functions.initialState, input)
  const reactions = functions.react(state, input)
  const timers = new Map(before.timers)
  const changes: Array<DocumentChange> = []
  let sent = 0
  if (input._tag === 'TimerFired') {
    timers.delete(input.timer)
    changes.push(timerGone(key, input.timer))
  }
  const ends = reactions.some(({ _tag }) => _tag === 'End')
  for (const [i, reaction] of reactions.entries()) {
    if (reaction._tag === 'Send') {
      const toSend: CommandToSend = {
        process: key,
        command: reaction.command,
        // Of nothing but what caused it: not of the partition, the generation or the try. So what is sent again is known again.
        commandId: idOf(setting.manager, key, cause.id, `${i}`),
        correlationId: cause.correlationId ?? null,
        causationId: cause.id,
      }
      const data = commandForm(toSend)
      if (E.isLeft(data)) return data
      const at = keyOf(key, sortable(setting.revision), sortable(place + sent++))
      changes.push({ kind: 'command', key: at, data: data.right })
    } else if (reaction._tag === 'Schedule' && !ends) {
      const change = timerSet(key, reaction.timer, reaction.at)
      if (E.isLeft(change)) return change
      timers.set(reaction.timer, reaction.at.getTime())
      changes.push(change.right)
    } else if (reaction._tag === 'Cancel') {
      timers.delete(reaction.timer)
      changes.push(timerGone(key, reaction.timer))
    } else if (reaction._tag !== 'End' && reaction._tag !== 'Schedule') {
      return refused('reaction', 'must be send, schedule, cancel or end')
    }
  }
  if (ends) for (const timer of timers.keys()) changes.push(timerGone(key, timer))
  const process: Process = ends ? noProcess : { begun: true, state, timers }
  return F.pipe(
    processChange(functions, key, process),
    E.map((change) => ({ process, changes: [...changes, change], sent })),
  )
}

/**
 * Lets a process react to one input. `place` is the number of commands that the same commit sends already, so that they
 * keep their order. The reactions that it returns are read within: invalid reactions throw, and become the failure of
 * their input.
 */
export const react = (...input: Parameters<typeof reactTo>): ReturnType<typeof reactTo> =>
  F.pipe(
    attempt(() => reactTo(...input)),
    E.flattenW,
  )
