import {
  type EncodeFailure,
  type Event,
  ExpectedVersion,
  type HistoryId,
  type NewEvent,
  type StreamName,
} from '@foldlog/core'
import { rewoundConflict, versionConflict } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import { eventIdsOf } from './eventIdsOf.ts'
import { foldEvents } from './foldEvents.ts'
import type { PendingCommand } from './PendingCommand.ts'
import { domainCodeFailed, runDecision, runEffectfulDecision, wrongResult } from './userCode.ts'

/** An accepted command: its events (possibly none), their stored forms, and the version of the stream after them. */
export interface AcceptedCommand {
  readonly pending: PendingCommand
  readonly events: ReadonlyArray<Event>
  readonly newEvents: ReadonlyArray<NewEvent>
  readonly version: number
}

export interface RejectedCommand {
  readonly pending: PendingCommand
  readonly error: unknown
}

/** The decisions on a sequence of commands, each made on the state that the previous ones left. */
export interface Decisions {
  readonly accepted: ReadonlyArray<AcceptedCommand>
  readonly rejected: ReadonlyArray<RejectedCommand>
  readonly state: unknown
  readonly version: number
}

/** The environment of effectful decisions, and their maximum duration in milliseconds. */
export interface EffectOptions {
  readonly env: unknown
  readonly timeout: number
}

const encode = (
  aggregate: ErasedAggregate,
  stream: StreamName,
  { command, commandId, hasCallerId, metadata }: PendingCommand,
  events: ReadonlyArray<Event>,
): E.Either<EncodeFailure, ReadonlyArray<NewEvent>> => {
  const idOf = eventIdsOf(stream, commandId)
  // Only an id of the caller's can come again, so the events of other commands do not grow.
  const first = hasCallerId ? { ...metadata, commandType: command.type } : metadata
  const newEvents: Array<NewEvent> = []
  for (const [index, event] of events.entries()) {
    const encoded = aggregate.events.encode(event)
    if (E.isLeft(encoded)) return encoded
    const { type, schemaVersion, data } = encoded.right
    newEvents.push({ type, schemaVersion, data, id: idOf(index), metadata: index === 0 ? first : metadata })
  }
  return E.right(newEvents)
}

interface Step {
  readonly events: ReadonlyArray<Event>
  readonly newEvents: ReadonlyArray<NewEvent>
  readonly state: unknown
}

/** The events of a decision. JavaScript code may return any value. */
const checkEvents = (command: string, events: unknown): E.Either<unknown, ReadonlyArray<Event>> => {
  const fail = (value: unknown) => E.left(wrongResult(command, 'the decision', 'a list of events', value))
  if (!Array.isArray(events)) return fail(events)
  const isEvent = (event: unknown) => typeof Object(event).type === 'string'
  return events.every(isEvent) ? E.right(events) : fail(events.find((event) => !isEvent(event)))
}

/** Decides one command. Throws when the domain code throws. */
const decideOne = async (
  aggregate: ErasedAggregate,
  stream: StreamName,
  pending: PendingCommand,
  state: unknown,
  { env, timeout }: EffectOptions,
): Promise<E.Either<unknown, Step>> => {
  const { command } = pending
  const { decider, effects } = aggregate
  // `hasOwn`: the type of a command may be `constructor`.
  const effect = effects !== undefined && Object.hasOwn(effects, command.type) ? effects[command.type] : undefined
  const decided =
    effect === undefined
      ? runDecision(command.type, () => decider.decide(command, state))
      : await runEffectfulDecision(command.type, () => effect(command, state), env, timeout)
  if (E.isLeft(decided)) return decided
  const checked = checkEvents(command.type, decided.right)
  if (E.isLeft(checked)) return checked
  const events = checked.right
  const newEvents = encode(aggregate, stream, pending, events)
  if (E.isLeft(newEvents)) return newEvents
  return E.right({ events, newEvents: newEvents.right, state: foldEvents(decider, events, state) })
}

/**
 * The state on which commands are decided, as it is in `history`. `unshared` are the other histories, named by callers,
 * that do not have its last event.
 */
export interface Basis {
  readonly state: unknown
  readonly version: number
  readonly history: HistoryId
  readonly unshared: ReadonlySet<HistoryId>
}

/** Refuses a command whose caller has seen another state than the current one, like a refusal of the domain. */
const checkExpectedVersion = (
  stream: StreamName,
  { expected, readIn }: PendingCommand,
  version: number,
  from: Basis,
): E.Either<unknown, void> => {
  if (!ExpectedVersion.accepts(expected, version)) return E.left(versionConflict(stream, expected, version))
  if (readIn === undefined || readIn === from.history) return E.right(undefined)
  // Events that were decided in this batch are in no other history.
  return version === from.version && !from.unshared.has(readIn)
    ? E.right(undefined)
    : E.left(rewoundConflict(stream, expected, version))
}

/**
 * Decides commands in order. A command that is refused, cannot be encoded or throws leaves the state unchanged, so the
 * other commands are not affected.
 */
export const decideAll = async (
  aggregate: ErasedAggregate,
  stream: StreamName,
  commands: ReadonlyArray<PendingCommand>,
  from: Basis,
  effects: EffectOptions,
): Promise<Decisions> => {
  let { state, version } = from
  const accepted: Array<AcceptedCommand> = []
  const rejected: Array<RejectedCommand> = []
  for (const pending of commands) {
    const checked = checkExpectedVersion(stream, pending, version, from)
    const step = E.isLeft(checked)
      ? checked
      : await decideOne(aggregate, stream, pending, state, effects).catch((cause: unknown) =>
          E.left(domainCodeFailed(pending.command.type, cause)),
        )
    if (E.isLeft(step)) {
      rejected.push({ pending, error: step.left })
    } else {
      const { events, newEvents } = step.right
      state = step.right.state
      version += events.length
      accepted.push({ pending, events, newEvents, version })
    }
  }
  return { accepted, rejected, state, version }
}
